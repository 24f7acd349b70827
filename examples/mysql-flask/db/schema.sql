CREATE TABLE IF NOT EXISTS fruit (name VARCHAR(40) PRIMARY KEY, pieces INT NOT NULL);
INSERT IGNORE INTO fruit VALUES ('apple', 12), ('pear', 7), ('quince', 3);
