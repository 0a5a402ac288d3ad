"""Uploads a file with Microsoft's Python SDK, whole, or in two runs: the first stages half of the blocks and ends.

Usage: upload.py whole|begin|finish FILE; the URL is in the environment, as FLIGHTDECK_UPLOAD_URL.
"""

import base64
import os
import sys

from azure.storage.blob import BlobBlock, BlobClient

BLOCK = 4 << 20


def main():
    how, path = sys.argv[1:3]
    client = BlobClient.from_blob_url(os.environ["FLIGHTDECK_UPLOAD_URL"])
    with open(path, "rb") as file:
        if how == "whole":
            client.upload_blob(file, blob_type="BlockBlob", overwrite=True)
            return
        count = (os.path.getsize(path) + BLOCK - 1) // BLOCK
        ids = ["{0:08}".format(index) for index in range(count)]
        staged = []
        if how == "finish":
            staged = [block.id for block in client.get_block_list("uncommitted")[1]]
            assert 0 < len(staged) < count, staged
        for index in range(count // 2 if how == "begin" else count):
            # The service gives the ids back in Base64.
            if ids[index] in staged or base64.b64encode(ids[index].encode()).decode() in staged:
                continue
            file.seek(index * BLOCK)
            client.stage_block(ids[index], file.read(BLOCK))
        if how == "finish":
            client.commit_block_list([BlobBlock(id) for id in ids])
            assert client.get_blob_properties().size == os.path.getsize(path)


main()
