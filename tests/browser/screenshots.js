// screenshots.js: takes the pictures of docs/screenshots/; usage: node screenshots.js
//
// Only this script writes there, and only when somebody calls it.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { start } = require('./stack');

const directory = path.resolve(__dirname, '../../docs/screenshots');

const first = (selector) => async (page) => {
  await page.locator(selector).first().click();
};

const pictures = [
  { name: 'data', address: 'data', height: 1150, act: async (page) => {
    await page.locator('.data tbody.bad summary').first().click();
  } },
  { name: 'data-zh-dark', address: 'data?lang=zh&tz=Asia/Shanghai', dark: true },
  { name: 'log', address: 'log' },
  { name: 'cleanup', address: 'cleanup?range=7d' },
  { name: 'cause', address: 'data?range=30d&status=FAILED',
    act: first('.list .a a') },
  { name: 'stop', address: 'log?status=IN_PROGRESS',
    act: first('.act[href*="/stop"]') },
  { name: 'log-backup-dark', address: 'log?status=INTERRUPTED', dark: true,
    act: first('.list .details') },
  { name: 'clusters', address: 'clusters' },
  { name: 'phone', address: 'data', width: 390, height: 844 },
];

async function main() {
  const stack = await start({ tasks: 2000 });
  try {
    fs.mkdirSync(directory, { recursive: true });
    for (const { name, address, act, ...options } of pictures) {
      const reader = await stack.open(options);
      await reader.go(address);
      if (act) {
        await act(reader.page);
        await reader.page.waitForLoadState();
      }
      await reader.page.mouse.move(0, 0);
      await reader.page.evaluate(() => {
        document.activeElement.blur();
        window.scrollTo(0, 0);
      });
      await reader.page.screenshot(
        { path: path.join(directory, `${name}.png`) });
      await reader.close();
    }
  } finally {
    await stack.stop();
  }
}

main().catch((error) => {
  console.error(`screenshots: ${error.message}`);
  process.exitCode = 1;
});
