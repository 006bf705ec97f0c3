// The program that holds phones, started, killed and started again as a test needs it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A running program with one phone. */
export class Bridge {
  constructor(folder) {
    this.folder = folder;
    this.port = '0';
  }

  /** Starts it, at the same port once it had one, and waits for the phone's address. */
  async start() {
    const given = ['--server', process.env.HAMGAM_SERVER, '--phone', 'reza', '--data', this.folder, '--port', this.port];
    const pages = new URL('../../dist/phone', import.meta.url).pathname;
    this.child = spawn(process.env.HAMGAM_PHONES, [...given, '--pages', pages], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(createInterface(this.child.stdout), 'line');
    this.address = line.split(' ')[1];
    this.port = new URL(this.address).port;
  }

  /** Kills it as a power cut would. */
  async kill() {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }

  /** A call of the phone's surface, past the page. */
  async call(name, given) {
    const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(given) };
    const answer = await (await fetch(new URL(`call/${name}`, this.address), request)).json();
    if (answer.error) throw new Error(`${name}: ${JSON.stringify(answer.error)}`);
    return answer.value;
  }
}

/** The office: a dispatcher, by the server's API. */
export class Office {
  static async signedIn() {
    const office = new Office();
    const device = { name: 'a browser', kind: 'browser' };
    const session = await office.ask('POST', '/v1/sessions', { name: 'dispatcher', password: process.env.HAMGAM_PASSWORD, device });
    office.token = session.access_token;
    return office;
  }

  async ask(method, path, body) {
    const headers = { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() };
    if (this.token) headers.authorization = `Bearer ${this.token}`;
    const answer = await fetch(process.env.HAMGAM_SERVER + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  job(id) {
    return this.ask('GET', `/v1/jobs/${id}`);
  }
}
