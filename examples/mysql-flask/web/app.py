"""A page that shows what is in the database."""

import os

import pymysql
from flask import Flask, render_template_string, request, redirect

app = Flask(__name__)

PAGE = """<!doctype html>
<title>Fruit</title>
<h1>Fruit in the database {{ host }}</h1>
<table>{% for name, pieces in rows %}
<tr><td>{{ name }}<td>{{ pieces }}{% endfor %}
</table>
"""


def connect():
    return pymysql.connect(
        host=os.environ["DB_HOST"], user=os.environ["DB_USER"], password=os.environ["DB_PASSWORD"],
        database=os.environ["DB_NAME"], connect_timeout=5, autocommit=True)


@app.route("/", methods=["GET", "POST"])
def page():
    try:
        with connect() as db, db.cursor() as cursor:
            if request.method == "POST":
                cursor.execute("INSERT INTO fruit VALUES (%s, %s)", (request.form["name"], request.form["pieces"]))
                return redirect("/")
            cursor.execute("SELECT name, pieces FROM fruit ORDER BY name")
            return render_template_string(PAGE, host=os.environ["DB_HOST"], rows=cursor.fetchall())
    except pymysql.err.OperationalError as e:
        return f"The database {os.environ['DB_HOST']} does not answer: {e.args[-1]}\n", 503
