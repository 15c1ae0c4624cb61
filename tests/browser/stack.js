// stack.js: starts the whole product for the browser tests, and a Chromium that looks at it.
//
// BT_BROWSER_URL=http://127.0.0.1:PORT/backup/ uses an installation that runs
// already, with sample data; its records are changed by the tests of acts.
'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { chromium } = require('playwright-core');

const root = path.resolve(__dirname, '../..');
const AXE = require.resolve('axe-core/axe.min.js');
const CHROMIUM = process.env.CHROMIUM || '/usr/bin/chromium';
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--no-first-run',
  '--disable-background-networking', '--disable-component-update',
  '--disable-sync'];

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function run(args, agent = false) {
  const result = spawnSync(path.join(root, 'auto/run'), args, {
    encoding: 'utf8',
    timeout: 600000,
    env: { ...process.env, BT_STILL: agent ? '' : '1' },
  });
  if (result.status !== 0) {
    throw new Error(`auto/run ${args.join(' ')}: ${result.stderr}`);
  }
}

// Starts everything; returns { url, directory, browser, open, stop }; directory
// is null where the installation is somebody else's.  With `agent` time passes in
// the sample clusters, and there is a real one; without it all stays as it is.
async function start({ tasks = 600, agent = false } = {}) {
  let url = process.env.BT_BROWSER_URL;
  let directory = null;
  if (!url) {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bt-browser-'));
    const port = await freePort();
    try {
      run(['--detach', '--dir', directory, '--port', String(port),
        '--tasks', String(tasks)], agent);
    } catch (error) {
      fs.rmSync(directory, { recursive: true, force: true });
      throw error;
    }
    url = `http://127.0.0.1:${port}/backup/`;
  }
  const end = () => {
    if (directory) {
      run(['--stop', '--dir', directory]);
      fs.rmSync(directory, { recursive: true, force: true });
    }
  };
  let browser;
  try {
    browser = await chromium.launch(
      { executablePath: CHROMIUM, args: ARGUMENTS });
  } catch (error) {
    end();
    throw error;
  }
  const stop = async () => {
    await browser.close();
    end();
  };
  return { url, directory, browser, stop,
    open: (options) => open(browser, url, options) };
}

// A page signed in as `user`; `problems` collects what a reader's console
// would show: script errors, refused content, missing files.
async function open(browser, url, options = {}) {
  const { user = 'operator', width = 1440, height = 900, dark = false,
    script = true, media, ...rest } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    javaScriptEnabled: script,
    locale: 'en-GB',
    httpCredentials: { username: user, password: user, send: 'always' },
    ...rest,
  });
  const page = await context.newPage();
  const problems = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) {
      problems.push(message.text());
    }
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  if (media) {
    await page.emulateMedia({ media });
  }
  const go = async (address) => {
    problems.length = 0;
    return page.goto(new URL(address, url).href);
  };
  return { page, problems, go, close: () => context.close() };
}

// What axe finds, one line each; it checks contrast too.
async function axe(page) {
  await page.evaluate(fs.readFileSync(AXE, 'utf8'));
  const found = await page.evaluate(() => window.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',
      'best-practice'],
  }));
  return found.violations.map((violation) => `${violation.id}: ${
    violation.nodes.slice(0, 3).map((node) => node.html).join(' | ')}`);
}

// Cells whose content is cut off or covers its neighbour, and how many pixels
// the page is too wide.
function overflow(page) {
  return page.evaluate(() => {
    const cells = Array.from(document.querySelectorAll('.list th, .list td'))
      .filter((cell) => cell.offsetParent &&
              cell.scrollWidth > cell.clientWidth + 1)
      .map((cell) => cell.textContent.slice(0, 60));
    return { cells,
      page: document.documentElement.scrollWidth - window.innerWidth };
  });
}

module.exports = { axe, freePort, overflow, start };
