"""A model of a terminal, for what the live view writes."""

from __future__ import annotations

import re

from kubectl_dog.output import cell_width

_TOKENS = re.compile(r'\x1b\[(\??)([\d;]*)([A-Za-z])|\x1b([78])|(\n)|(\r)|([^\x1b\n\r])')


class Screen:
    """A screen with its history; a wide character takes two cells, the second one is empty text.

    A resize cuts rows, and does not wrap them anew. If the screen becomes lower, rows below the
    cursor go first.
    """

    def __init__(self, columns, rows):
        self.history = []
        self.frames = 0
        self.is_cursor_visible = self.wraps = True
        self._columns, self._height = columns, rows
        self._rows = [[] for _ in range(rows)]
        self._row = self._column = 0
        self._saved = (0, 0)

    def write(self, text):
        end = 0
        for token in _TOKENS.finditer(text):
            assert token.start() == end, text[end:]
            end = token.end()
            private, number, command, save, feed, back, character = token.groups()
            if command:
                self._control(
                    private + command, int(number or 1) if number.isdigit() else 1, number
                )
            elif save == '7':
                self._saved = self._row, self._column
            elif save:
                self._row, self._column = self._saved
            elif feed:
                # The terminal driver adds the carriage return.
                self._column = 0
                self._feed()
            elif back:
                self._column = 0
            else:
                self._put(character)
        assert end == len(text), text[end:]

    def resize(self, columns, rows):
        while len(self._rows) > rows:
            if len(self._rows) - 1 > self._row:
                self._rows.pop()
            else:
                self.history.append(self._rows.pop(0))
                self._row -= 1
        self._rows += [[] for _ in range(rows - len(self._rows))]
        self._columns, self._height = columns, rows
        self._rows = [row[:columns] for row in self._rows]

    @property
    def text(self):
        """All rows since the beginning, without the empty ones at the end."""
        rows = [''.join(row).rstrip(' ') for row in (*self.history, *self._rows)]
        return '\n'.join(rows).rstrip('\n')

    @property
    def below(self):
        """The rows below the cursor, without the empty ones at the end."""
        rows = [''.join(row).rstrip(' ') for row in self._rows[self._row + 1 :]]
        return '\n'.join(rows).rstrip('\n').split('\n')

    def _control(self, command, count, number):
        if command == 'A':
            self._row = max(0, self._row - count)
        elif command == 'B':
            self._row = min(self._height - 1, self._row + count)
        elif command == 'K':
            del self._rows[self._row][self._column :]
        elif command in ('?h', '?l'):
            is_on = command == '?h'
            self.frames += number == '2026' and is_on
            self.is_cursor_visible = is_on if number == '25' else self.is_cursor_visible
            self.wraps = is_on if number == '7' else self.wraps
        else:
            assert command == 'm', command

    def _feed(self):
        if self._row == self._height - 1:
            self.history.append(self._rows.pop(0))
            self._rows.append([])
        else:
            self._row += 1

    def _put(self, character):
        cells = cell_width.width(character)
        row = self._rows[self._row]
        if not cells:
            if row:
                row[-1] += character
            return
        if self._column + cells > self._columns:
            if not self.wraps:
                return
            self._column = 0
            self._feed()
            row = self._rows[self._row]
        row += [' '] * (self._column - len(row))
        row[self._column : self._column + cells] = [character, *[''] * (cells - 1)]
        self._column += cells
