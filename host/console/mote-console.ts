// SPDX-License-Identifier: Apache-2.0
// A mote's console over a line (docs/console.md): a question, its rows, and how it ended; and what comes unasked.

import { RunFailure } from '../errors.ts';
import type { Line } from '../serial/line.ts';

/** What a mote says to a line. */
export interface Answer {
  /** As they came, without line ends: rows of name=value, or one of JSON. */
  readonly rows: readonly string[];
  /** 0: Done; else the number of the error ... */
  readonly error: number;
  /** ... and its name. */
  readonly name: string;
}

/** An answer that is an error: its number is an exit status. */
export class MoteError extends RunFailure {
  readonly number: number;

  constructor(message: string, number: number) {
    super(message);
    this.number = number;
  }
}

/** What to do about each error of docs/console.md. */
const NEXT_STEPS: Readonly<Record<number, string>> = {
  1: '`help` lists the lines of this role',
  2: '`state` and `keys` tell whether it can be done now',
  3: '`help` shows how the line is typed',
  4: 'send one line after the other, of 150 characters at most',
  5: '`keys` lists the neighbors that it holds keys with, `nodes` those of the base station',
  6: '`neighbors` tells whether it is in earshot',
};

export interface ConsoleOptions {
  /** Milliseconds without a word from the mote after which a question counts as not answered; 3000. */
  readonly timeoutMs?: number;
  /** What the mote is called in messages; the port alone if not given. */
  readonly name?: string;
}

/** Longest row that is kept: a mote makes none as long, noise may. */
const LONGEST_ROW = 1 << 16;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const AT_SIGN = 64;

interface Question {
  readonly rows: string[];
  readonly resolve: (answer: Answer) => void;
  readonly heard: () => void;
}

export class MoteConsole {
  readonly line: Line;
  /** As messages name it: the port, and the mote once it is known. */
  where: string;
  /** Gets lines that begin with "~", and others that answer nothing. */
  onNote: (note: string) => void = () => undefined;
  /** Gets the reports of a board, without their "@". */
  onReport: (report: string) => void = () => undefined;
  readonly #timeoutMs: number;
  #row: number[] = [];
  #report: number[] | undefined;
  #question: Question | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(line: Line, { timeoutMs = 3000, name }: ConsoleOptions = {}) {
    this.line = line;
    this.where = name === undefined ? line.path : `${line.path} (${name})`;
    this.#timeoutMs = timeoutMs;
    line.onData((octets) => octets.forEach((octet) => this.#take(octet)));
  }

  /**
   * Asks one question after the other.
   * @param text a line without its end. @returns what the mote said, an error too.
   * @throws RunFailure if it says nothing
   */
  ask(text: string): Promise<Answer> {
    const asked = this.#last.then(() => this.#ask(text));
    this.#last = asked.catch(() => undefined);
    return asked;
  }

  /** As ask(). @returns its rows. @throws MoteError if the answer is an error */
  async rows(text: string): Promise<readonly string[]> {
    const { rows, error, name } = await this.ask(text);
    if (error !== 0) throw this.failure(text, error, name);
    return rows;
  }

  /** As rows(), with JSON asked for. @returns an object, an array of them, or null where there is nothing to say. */
  async json(text: string): Promise<unknown> {
    const row = this.#only(await this.rows(`${text} json`));
    if (row === undefined) return null;
    try {
      return JSON.parse(row) as unknown;
    } catch (error) {
      throw new RunFailure(`${this.where}: expected JSON to "${text} json", got ${JSON.stringify(row)}: ask again`, {
        cause: error,
      });
    }
  }

  /** Finds out who the mote is, for the messages; one that has no identity, or no answer, keeps its port alone. */
  async identify(): Promise<void> {
    if (this.where !== this.line.path) return;
    try {
      const { rows } = await this.ask('state json');
      const { eui64 } = JSON.parse(this.#only(rows) ?? '{}') as { eui64?: string };
      if (eui64 !== undefined) this.where = `${this.line.path} (${eui64})`;
    } catch {
      // What was to be said about it is said all the same.
    }
  }

  /** The one row of JSON: before it there may be the rest of a line, of which the begin came before the port was open. */
  #only(rows: readonly string[]): string | undefined {
    rows.slice(0, -1).forEach((row) => this.onNote(row));
    return rows.at(-1);
  }

  /** @returns the message for an answer that is an error. */
  failure(text: string, error: number, name: string): MoteError {
    const step = NEXT_STEPS[error] ?? 'see docs/console.md';
    return new MoteError(`${this.where}: "${text}" was answered by Error ${error}: ${name}: ${step}`, error);
  }

  async close(): Promise<void> {
    await this.line.close();
  }

  #ask(text: string): Promise<Answer> {
    if (/[\r\n]/.test(text)) throw new RangeError('expected one line, got several');
    if (text.trim() === '') return Promise.resolve({ rows: [], error: 0, name: 'Done' });
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout;
      const give = (): void => {
        this.#question = undefined;
        const seconds = this.#timeoutMs / 1000;
        const next = `\`kemp doctor --port ${this.line.path}\` tells what is there`;
        reject(new RunFailure(`${this.where}: expected an answer to "${text}" within ${seconds} s, got none: ${next}`));
      };
      const heard = (): void => {
        clearTimeout(timer);
        timer = setTimeout(give, this.#timeoutMs);
      };
      const settle = (answer: Answer): void => {
        clearTimeout(timer);
        this.#question = undefined;
        resolve(answer);
      };
      this.#question = { rows: [], resolve: settle, heard };
      heard();
      this.line.write(Buffer.from(`${text}\n`, 'utf8'));
    });
  }

  /** A report, from "@" to the end of its line, may stand anywhere. */
  #take(octet: number): void {
    if (this.#report !== undefined) {
      if (octet === LINE_FEED) {
        this.onReport(Buffer.from(this.#report).toString('latin1'));
        this.#report = undefined;
      } else if (this.#report.length < LONGEST_ROW) this.#report.push(octet);
    } else if (octet === AT_SIGN) {
      this.#report = [];
    } else if (octet === LINE_FEED) {
      const row = Buffer.from(this.#row).toString('utf8');
      this.#row = [];
      if (row !== '') this.#takeRow(row);
    } else if (octet !== CARRIAGE_RETURN && this.#row.length < LONGEST_ROW) {
      this.#row.push(octet);
    }
  }

  #takeRow(row: string): void {
    const question = this.#question;
    if (question === undefined || row.startsWith('~')) {
      this.onNote(row);
      return;
    }
    question.heard();
    const [, number, name] = /^Error (\d+): (\w+)$/.exec(row) ?? [];
    if (row === 'Done') question.resolve({ rows: question.rows, error: 0, name: 'Done' });
    else if (number !== undefined) question.resolve({ rows: question.rows, error: Number(number), name: name! });
    else question.rows.push(row);
  }
}
