// backup-tasks.js: what a script adds: refresh in place, copy buttons, keys. All else works without it.
(function () {
  'use strict';

  const main = document.getElementById('main');
  if (!main) {
    return;
  }
  const PAUSED = 'backup-tasks-paused';
  const LONGEST_WAIT = 120;
  const POP = '#custom[open], #zone[open]';

  let seen = Date.now();          // when the content was last the server's
  let due = 0;                    // when to ask again
  let wait = 0;                   // seconds between two questions
  let failures = 0;
  let asking = false;
  let signedOut = false;          // the server does not know the reader any more

  const say = (name, value) =>
    (main.getAttribute('data-say-' + name) || '').replace('{0}', value);

  // ---- Refresh: same address, new content, the reader's place kept.

  const paused = () => {
    try {
      return sessionStorage.getItem(PAUSED) === '1';
    } catch (e) {
      return false;
    }
  };

  const setPaused = (on) => {
    try {
      sessionStorage.setItem(PAUSED, on ? '1' : '0');
    } catch (e) {
      // Without storage the pause lasts no longer than the page.
    }
  };

  // Somebody who types, chooses or marks text is not disturbed.
  const busy = () => {
    const at = document.activeElement;
    const chosen = document.getSelection();
    return Boolean(at && main.contains(at) && at.closest('form')) ||
      Boolean(main.querySelector(POP)) ||
      Boolean(chosen && !chosen.isCollapsed &&
              main.contains(chosen.anchorNode));
  };

  const span = (seconds) => seconds < 120
    ? seconds + ' ' + say('s') : Math.floor(seconds / 60) + ' ' + say('min');

  // Whoever follows it signs in, and comes back to this address.
  const signInLink = (place) => {
    const link = place.querySelector('a');
    if (link && !signedOut) {
      link.remove();
    } else if (!link && signedOut) {
      const add = document.createElement('a');
      add.href = location.href;
      add.textContent = say('sign-in');
      place.append(add);
    }
  };

  const line = () => {
    const place = document.getElementById('refresh');
    if (!place || !wait) {
      return;
    }
    let button = place.querySelector('button');
    if (!button) {
      place.textContent = '';
      place.append(document.createElement('span'));
      button = document.createElement('button');
      button.type = 'button';
      button.addEventListener('click', () => {
        setPaused(!paused());
        due = paused() ? due : Date.now();
        tick();
      });
      place.append(button);
    }
    const old = Math.round((Date.now() - seen) / 1000);
    let text = say('in', Math.max(0, Math.ceil((due - Date.now()) / 1000)));
    if (failures > 0) {
      text = say(signedOut ? 'ended' : 'failed', span(old));
    } else if (paused()) {
      text = say('paused', span(old));
    }
    place.firstChild.textContent = text;
    place.classList.toggle('failed', failures > 0);
    button.textContent = say(paused() ? 'resume' : 'pause');
    button.hidden = signedOut;
    signInLink(place);
    // What nobody has looked up for a while must not look fresh.
    main.classList.toggle('unrefreshed', old > 3 * wait + 5);
  };

  const schedule = () => {
    wait = Number(main.getAttribute('data-refresh')) || 0;
    due = Date.now() +
      1000 * Math.min(LONGEST_WAIT, wait * Math.pow(2, failures));
  };

  const focusKey = () => {
    const at = document.activeElement;
    if (!at || !main.contains(at)) {
      return null;
    }
    if (at.matches('summary')) {
      return '#' + at.parentNode.id + ' > summary';
    }
    return at.matches('a[href]')
      ? 'a[href="' + CSS.escape(at.getAttribute('href')) + '"]' : null;
  };

  const replace = (page) => {
    const next = page.getElementById('main');
    if (!next) {
      throw new Error('no content');
    }
    if (main.querySelector('.error')) {
      location.replace(location.href);
      return;
    }
    const key = focusKey();
    main.querySelectorAll('details[open][id]').forEach((open) => {
      const same = next.querySelector('#' + CSS.escape(open.id));
      if (same) {
        same.open = true;
      }
    });
    for (const attribute of Array.from(next.attributes)) {
      main.setAttribute(attribute.name, attribute.value);
    }
    if (!next.hasAttribute('data-refresh')) {
      main.removeAttribute('data-refresh');
    }
    main.replaceChildren(...Array.from(next.childNodes));
    document.title = page.title;
    enhance();
    const again = key && main.querySelector(key);
    if (again) {
      again.focus({ preventScroll: true });
    }
  };

  const ask = () => {
    asking = true;
    fetch(location.href, { credentials: 'same-origin', redirect: 'error' })
      .then((answer) => {
        signedOut = answer.status === 401;
        if (!answer.ok) {
          throw new Error(String(answer.status));
        }
        return answer.text();
      })
      .then((text) => {
        if (!busy()) {
          replace(new DOMParser().parseFromString(text, 'text/html'));
        }
        seen = Date.now();
        failures = 0;
      })
      .catch(() => {
        failures += 1;
      })
      .then(() => {
        asking = false;
        schedule();
        line();
      });
  };

  const tick = () => {
    if (wait && !asking && !paused() && !document.hidden && !busy() &&
        Date.now() >= due) {
      ask();
    }
    line();
  };

  // ---- Copy: a button behind every text that is made to be copied.

  const copyButton = (source) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    button.textContent = say('copy');
    button.addEventListener('click', () => {
      navigator.clipboard.writeText(source.textContent).then(() => {
        button.textContent = say('copied');
        setTimeout(() => {
          button.textContent = say('copy');
        }, 1500);
      });
    });
    source.after(button);
  };

  // ---- The + of a row, for browsers that do not know :has().

  const hasHas = Boolean(window.CSS && CSS.supports('selector(:has(*))'));

  const markOpen = (details) => {
    const body = details.closest('tbody');
    if (body) {
      body.classList.toggle('open', details.open);
    }
  };

  // ---- Keys: up and down go from + to +, Escape closes what is open.

  const step = (summary, by) => {
    const all = Array.from(main.querySelectorAll('.id summary'));
    const next = all[all.indexOf(summary) + by];
    if (next) {
      next.focus();
    }
  };

  document.addEventListener('keydown', (event) => {
    const popped = main.querySelector(POP);
    if (event.key === 'Escape' && popped) {
      popped.open = false;
      popped.querySelector('summary').focus();
    } else if (event.target.matches && event.target.matches('.id summary') &&
               (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      step(event.target, event.key === 'ArrowDown' ? 1 : -1);
    }
  });

  document.addEventListener('click', (event) => {
    const popped = main.querySelector(POP);
    if (popped && !popped.contains(event.target)) {
      popped.open = false;
    }
  });

  // ---- What new content needs.

  const ownZone = () => {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    main.querySelectorAll('datalist').forEach((zones) => {
      const known = Array.from(zones.options).some((o) => o.value === own);
      if (own && !known) {
        const option = document.createElement('option');
        option.value = own;
        zones.prepend(option);
      }
    });
  };

  const enhance = () => {
    if (navigator.clipboard) {
      main.querySelectorAll('[data-copy]').forEach(copyButton);
    }
    if (!hasHas) {
      main.querySelectorAll('.id details').forEach((details) => {
        markOpen(details);
        details.addEventListener('toggle', () => markOpen(details));
      });
    }
    ownZone();
  };

  document.documentElement.classList.toggle('no-has', !hasHas);
  enhance();
  schedule();
  setInterval(tick, 1000);
  document.addEventListener('visibilitychange', tick);
  tick();
}());
