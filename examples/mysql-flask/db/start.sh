#!/bin/sh
# Makes the database at the first start, then becomes the server. What --init-file says is done before anybody is served.
set -eu
if [ ! -d /var/lib/mysql/mysql ]; then
  mariadb-install-db --user=mysql --datadir=/var/lib/mysql --skip-test-db >/dev/null
fi
{
  echo "CREATE DATABASE IF NOT EXISTS $MYSQL_DATABASE;"
  echo "CREATE USER IF NOT EXISTS '$MYSQL_USER'@'%' IDENTIFIED BY '$MYSQL_PASSWORD';"
  echo "GRANT ALL ON $MYSQL_DATABASE.* TO '$MYSQL_USER'@'%';"
  echo "USE $MYSQL_DATABASE;"
  cat /schema.sql
} >/run/mysqld/init.sql
exec mariadbd --user=mysql --datadir=/var/lib/mysql --socket=/run/mysqld/mysqld.sock --bind-address=0.0.0.0 --init-file=/run/mysqld/init.sql
