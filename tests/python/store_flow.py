"""A release in the way of Microsoft's Python sample for the submission API: http.client for the Store, azure-storage-blob for the ZIP.

Usage: store_flow.py HOST:PORT APP ADDON FLIGHT

The order of the calls is the documented one; only the host is another, and plain HTTP takes the place of HTTPS.
Ends with 0 when everything was published, and says on stderr what went wrong otherwise.
"""

import http.client
import io
import json
import sys
import time
import urllib.parse
import zipfile

from azure.storage.blob import BlobClient

TENANT = "contoso.example"
CLIENT = "0b6f1c52-8d7e-4a06-9c3b-2f5e7d9a1c40"
SECRET = "demo-secret"
RESOURCE = "https://manage.devcenter.microsoft.com"
ROOT = "/v1.0/my/"

MANIFEST = """<?xml version="1.0" encoding="utf-8"?>
<Package xmlns="http://schemas.microsoft.com/appx/manifest/foundation/windows10">
  <Identity Name="40417Northwind.Notes" Publisher="CN=2D5C1B7E-6A04-4F93-8E1C-7B0A9D3F5E62" Version="{0}" ProcessorArchitecture="x64"/>
  <Dependencies>
    <TargetDeviceFamily Name="Windows.Desktop" MinVersion="10.0.17763.0" MaxVersionTested="10.0.22621.0"/>
  </Dependencies>
  <Resources><Resource Language="en-US"/></Resources>
</Package>
"""


class Store:
    """One connection and its token."""

    def __init__(self, host):
        self.host = host
        form = urllib.parse.urlencode(
            {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET, "resource": RESOURCE}
        )
        connection = http.client.HTTPConnection(host)
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        connection.request("POST", "/{0}/oauth2/token".format(TENANT), form, headers=headers)
        reply = connection.getresponse()
        assert reply.status == 200, reply.status
        token = json.loads(reply.read().decode())["access_token"]
        connection.close()
        self.headers = {"Authorization": "Bearer " + token, "Content-type": "application/json", "User-Agent": "Python"}
        self.connection = http.client.HTTPConnection(host)

    def ask(self, method, path, wanted, body=""):
        self.connection.request(method, ROOT + path, body, self.headers)
        reply = self.connection.getresponse()
        text = reply.read().decode()
        assert reply.headers["MS-CorrelationId"], "no correlation id"
        assert reply.status == wanted, "{0} {1}: {2} {3}".format(method, path, reply.status, text)
        return json.loads(text) if text else None


def package(version):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("AppxManifest.xml", MANIFEST.format(version))
        archive.writestr("AppxBlockMap.xml", "<BlockMap/>")
        archive.writestr("[Content_Types].xml", "<Types/>")
    return content.getvalue()


def zipped(files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def create_and_delete_add_on(store, app):
    asked = {"applicationIds": [app], "productId": "python.sample", "productType": "Durable"}
    made = store.ask("POST", "inappproducts", 201, json.dumps(asked))
    store.ask("DELETE", "inappproducts/" + made["id"], 204)


def create_and_delete_flight(store, app):
    asked = {"friendlyName": "Python sample", "groupIds": [1152921504607100001], "rankHigherThan": None}
    made = store.ask("POST", "applications/{0}/flights".format(app), 201, json.dumps(asked))
    store.ask("DELETE", "applications/{0}/flights/{1}".format(app, made["flightId"]), 204)


def submit(store, product, pending_name, location_root, edit, files):
    """Deletes a pending submission, makes a new one, and follows it to its publication."""
    resource = store.ask("GET", product, 200)
    if pending_name in resource:
        store.ask("DELETE", location_root + resource[pending_name]["resourceLocation"], 204)
    submission = store.ask("POST", product + "/submissions", 201)
    path = "{0}/submissions/{1}".format(product, submission["id"])
    edit(submission)
    store.ask("PUT", path, 200, json.dumps(submission))
    url = submission["fileUploadUrl"].replace("+", "%2B")
    with io.BytesIO(zipped(files)) as stream:
        BlobClient.from_blob_url(url).upload_blob(stream, blob_type="BlockBlob")
    store.ask("POST", path + "/commit", 202)
    status = store.ask("GET", path + "/status", 200)
    while status["status"] not in ("Published", "CommitFailed", "CertificationFailed"):
        time.sleep(0.02)
        status = store.ask("GET", path + "/status", 200)
    assert status["status"] == "Published", json.dumps(status)


def new_package(name):
    return {"fileName": name, "fileStatus": "PendingUpload", "minimumDirectXVersion": "None", "minimumSystemRam": "None"}


def edit_app(submission):
    submission["notesForCertification"] = "Sent by the Python sample."
    submission["applicationPackages"].append(new_package("app.msix"))


def edit_add_on(submission):
    listing = next(iter(submission["listings"].values()))
    listing["icon"] = {"fileName": "icon.png", "fileStatus": "PendingUpload"}


def edit_flight(submission):
    submission["flightPackages"].append(new_package("flight.msix"))


def main():
    host, app, add_on, flight = sys.argv[1:5]
    store = Store(host)
    create_and_delete_add_on(store, app)
    create_and_delete_flight(store, app)

    # A draft left behind by somebody: the sample's way is to delete it.
    application = "applications/" + app
    store.ask("POST", application + "/submissions", 201)
    submit(store, application, "pendingApplicationSubmission", "", edit_app, {"app.msix": package("9.1.0.0")})

    product = "inappproducts/" + add_on
    store.ask("POST", product + "/submissions", 201)
    submit(store, product, "pendingInAppProductSubmission", "", edit_add_on, {"icon.png": b"a picture"})

    # A flight's resourceLocation is relative to its application.
    product = "{0}/flights/{1}".format(application, flight)
    store.ask("POST", product + "/submissions", 201)
    submit(store, product, "pendingFlightSubmission", application + "/", edit_flight, {"flight.msix": package("9.2.0.0")})
    print("published")


main()
