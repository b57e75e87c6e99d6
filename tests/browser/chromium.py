"""A headless Chromium, driven over pipes by its DevTools protocol."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import time

NAMES = ('chromium', 'chromium-browser', 'google-chrome')
_FLAGS = (
    *('--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--no-first-run'),
    *('--disable-dev-shm-usage', '--remote-debugging-pipe'),
)


def find():
    """The path of the browser, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class BrowserError(Exception):
    """The browser does not answer, or a script in it has failed."""


class Browser:
    """A running browser."""

    def __init__(self, folder):
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()
        # Chromium reads commands from descriptor 3, and writes to 4.
        command = f'exec "$@" 3<&{to_browser} 4>&{from_browser}'
        self._process = subprocess.Popen(
            ['bash', '-c', command, 'bash', find(), *_FLAGS, f'--user-data-dir={folder}'],
            pass_fds=(to_browser, from_browser),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._buffer = b''
        self._number = 0
        self.events = []

    def close(self):
        """End the browser."""
        with contextlib.suppress(BrowserError, OSError):
            self.call('Browser.close')
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._write)
        os.close(self._read)

    def call(self, method, session=None, timeout=30, **parameters):
        """Call a method of the protocol; events that arrive meanwhile are in `events`."""
        self._number += 1
        message = {'id': self._number, 'method': method, 'params': parameters}
        if session:
            message['sessionId'] = session
        os.write(self._write, json.dumps(message).encode() + b'\0')
        deadline = time.monotonic() + timeout
        while True:
            answer = self._next(deadline)
            if answer.get('id') == self._number:
                if 'error' in answer:
                    raise BrowserError(f'{method}: {answer["error"]}')
                return answer['result']
            self.events.append(answer)

    def _next(self, deadline):
        while b'\0' not in self._buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._read], [], [], left)[0]:
                raise BrowserError('no answer in time')
            data = os.read(self._read, 1 << 20)
            if not data:
                raise BrowserError('the browser has ended')
            self._buffer += data
        message, _, self._buffer = self._buffer.partition(b'\0')
        return json.loads(message)

    def page(self, path, **options):
        """Open a file in a new page."""
        return Page(self, path, **options)


class Page:
    """An open page. `width` is in CSS pixels; `scheme` is light or dark."""

    def __init__(self, browser, path, width=1280, height=900, scheme='light', script=True):
        self._browser = browser
        target = browser.call('Target.createTarget', url='about:blank')['targetId']
        attached = browser.call('Target.attachToTarget', targetId=target, flatten=True)
        self._target, self._session = target, attached['sessionId']
        for domain in ('Page', 'Runtime', 'Log'):
            self.call(f'{domain}.enable')
        self.call(
            'Emulation.setDeviceMetricsOverride',
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        features = [{'name': 'prefers-color-scheme', 'value': scheme}]
        self.call('Emulation.setEmulatedMedia', features=features)
        if not script:
            self.call('Emulation.setScriptExecutionDisabled', value=True)
        started = time.monotonic()
        self.call('Page.navigate', url=path.as_uri())
        self._wait_for('Page.loadEventFired')
        # Seconds from the request to the end of loading, with the first drawing of the script.
        if script:
            self.evaluate('new Promise(done => requestAnimationFrame(() => setTimeout(done)))')
        self.seconds = time.monotonic() - started

    def call(self, method, **parameters):
        """Call a method of the protocol for this page."""
        return self._browser.call(method, self._session, **parameters)

    def _wait_for(self, name):
        while not any(event.get('method') == name for event in self._own()):
            self.call('Runtime.getIsolateId')
            time.sleep(0.01)

    def _own(self):
        return [event for event in self._browser.events if event.get('sessionId') == self._session]

    def messages(self):
        """What the console shows: errors, violations of the policy, messages of scripts."""
        self.call('Runtime.getIsolateId')
        names = ('Runtime.exceptionThrown', 'Runtime.consoleAPICalled', 'Log.entryAdded')
        names += ('Page.javascriptDialogOpening',)
        return [event for event in self._own() if event['method'] in names]

    def evaluate(self, expression):
        """The value of an expression of JavaScript."""
        result = self.call(
            'Runtime.evaluate', expression=expression, awaitPromise=True, returnByValue=True
        )
        if 'exceptionDetails' in result:
            raise BrowserError(str(result['exceptionDetails']))
        return result['result'].get('value')

    def press(self, key, text=''):
        """Press a key."""
        code = {'ArrowDown': 40, 'ArrowUp': 38, 'ArrowRight': 39, 'Escape': 27, 'End': 35}.get(key)
        event = {'key': key, 'windowsVirtualKeyCode': code or ord(key[0].upper())}
        if text:
            event['text'] = text
        self.call('Input.dispatchKeyEvent', type='keyDown', **event)
        self.call('Input.dispatchKeyEvent', type='keyUp', **event)
        self.settle()

    def click(self, selector):
        """Click an element in the middle."""
        x, y = self.evaluate(
            f'(() => {{ const node = document.querySelector({json.dumps(selector)}); '
            'node.scrollIntoView({block: "nearest"}); const box = node.getBoundingClientRect(); '
            'return [box.x + box.width / 2, box.y + box.height / 2]; })()'
        )
        common = {'x': x, 'y': y, 'button': 'left', 'clickCount': 1}
        self.call('Input.dispatchMouseEvent', type='mousePressed', **common)
        self.call('Input.dispatchMouseEvent', type='mouseReleased', **common)
        self.settle()

    def type(self, text):
        """Type into the element with the focus."""
        self.call('Input.insertText', text=text)
        self.settle()

    def settle(self):
        """Wait until the page has drawn."""
        self.evaluate('new Promise(done => requestAnimationFrame(() => setTimeout(done)))')

    def screenshot(self, path, full=True):
        """Write a picture of the page."""
        data = self.call('Page.captureScreenshot', captureBeyondViewport=full)['data']
        path.write_bytes(base64.b64decode(data))

    def close(self):
        """Close the page."""
        self._browser.call('Target.closeTarget', targetId=self._target)
