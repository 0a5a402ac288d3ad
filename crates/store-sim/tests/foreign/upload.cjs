// Uploads a file with Microsoft's JavaScript SDK, whole, or in two runs: the first stages half of the blocks and ends.
//
// Usage: upload.cjs whole|begin|finish FILE; the URL is in the environment, as FLIGHTDECK_UPLOAD_URL, and the folder of
// the package in FLIGHTDECK_NODE_MODULES.
const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const { BlockBlobClient } = require(path.join(process.env.FLIGHTDECK_NODE_MODULES, "@azure/storage-blob"));

const BLOCK = 4 << 20;

async function main() {
  const [how, file] = process.argv.slice(2);
  const client = new BlockBlobClient(process.env.FLIGHTDECK_UPLOAD_URL);
  if (how === "whole") {
    await client.uploadFile(file, { blockSize: BLOCK, maxSingleShotSize: BLOCK, concurrency: 4 });
    return;
  }
  const bytes = fs.readFileSync(file);
  const count = Math.ceil(bytes.length / BLOCK);
  const ids = Array.from({ length: count }, (_, index) => Buffer.from(String(index).padStart(8, "0")).toString("base64"));
  let staged = [];
  if (how === "finish") {
    const list = await client.getBlockList("uncommitted");
    staged = list.uncommittedBlocks.map((block) => block.name);
    assert(staged.length > 0 && staged.length < count, String(staged.length));
  }
  for (const id of how === "begin" ? ids.slice(0, count / 2) : ids) {
    if (staged.includes(id)) continue;
    const start = ids.indexOf(id) * BLOCK;
    const block = bytes.subarray(start, start + BLOCK);
    await client.stageBlock(id, block, block.length);
  }
  if (how === "finish") {
    await client.commitBlockList(ids);
    const properties = await client.getProperties();
    assert.strictEqual(properties.contentLength, bytes.length);
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
