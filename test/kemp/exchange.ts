// SPDX-License-Identifier: Apache-2.0
// An observer who was given every long-term key: it reads each message by docs/protocol.md alone, works out the keys that
// it makes, and then makes the message itself from what it read, which must give the very octets.
import { big } from './crypto.ts';
import * as derive from './derivation.ts';
import type { Fields, Party, Terms } from './derivation.ts';
import * as make from './messages.ts';

export interface Member extends Party {
  readonly name: string;
  /** K_N; the base station has none. */
  readonly key?: Buffer | undefined;
}

/** A pairwise key, from its NOTICE on. */
export interface Key {
  readonly terms: Terms;
  readonly node: Party;
  readonly router: Party;
  readonly index: number;
  readonly depth: number;
  readonly secret: Buffer;
  /** The authority that made it, or the one that it refreshes. */
  readonly maker: Party;
}

interface Run {
  readonly terms: Terms;
  readonly mac: Buffer;
  /** K_NA, and where A is a router the key that it is. */
  readonly secret: Buffer;
  readonly known: Key | undefined;
  r1?: Buffer;
  /** K_NR of the APPROVALs seen, by EUI-64 of R. */
  readonly granted: Map<string, Buffer>;
}

interface Session {
  readonly node: Party;
  readonly ctr: number;
  readonly seal: Buffer;
  readonly data: Buffer;
}

const MODES = ['centralised', 'predictive', 'reactive', 'refresh'] as const;
/** Kinds of revocation; 0 where B does not believe an attachment. */
const REVOCATIONS = ['attachment', 'removed', 'compromised', 'chain'] as const;
const TO_BASE: readonly number[] = [make.ATTACHED, make.ROUTE, make.REVOKED];
const hex = (buffer: Buffer): string => buffer.toString('hex');
const same = (a: Party, b: Party): boolean => a.eui.equals(b.eui);

function fail(message: string): never {
  throw new Error(message);
}

/** @throws if the two differ. */
export function expectSame(made: Fields, came: Buffer, what: string): void {
  const octets = derive.join(made);
  if (!octets.equals(came)) fail(`${what}: expected ${hex(octets)}, got ${hex(came)}`);
}

export class Exchange {
  readonly keys: Key[] = [];
  readonly #members: readonly Member[];
  readonly #base: Member;
  readonly #runs: Run[] = [];
  readonly #sessions: Session[] = [];
  /** What was sealed or secured under a key with a nonce. */
  readonly #nonces = new Map<string, string>();
  /** Group keys of each router, in their order: index and octets. */
  readonly #groups = new Map<string, { index: number; key: Buffer }[]>();
  readonly #restarted = new Set<string>();
  /** What each party was told to delete: kind, node and epoch. */
  readonly #revoked = new Map<string, Set<string>>();
  /** Routes that UPs of one inner message have gone so far, and the hops that DOWNs of it have still to go. */
  readonly #paths = new Map<string, Set<string>>();

  constructor(members: readonly Member[]) {
    this.#members = members;
    this.#base = members.find(({ key }) => key === undefined)!;
  }

  /** @param address 2 or 8 octets, high octet first. */
  party(address: Buffer): Member {
    const found = this.#members.find((member) =>
      address.length === 8 ? member.eui.equals(address) : member.short === address.readUInt16BE(0),
    );
    return found ?? fail(`expected the address of a member, got ${hex(address)}`);
  }

  /** A mote starts anew: it may draw another first group key. */
  restart(name: string): void {
    this.#restarted.add(hex(this.#members.find((member) => member.name === name)!.eui));
  }

  /** Keys of two parties with this index, the newest first. */
  keysOf(a: Party, b: Party, index?: number): Key[] {
    return this.keys
      .filter(({ node, router }) => (same(node, a) && same(router, b)) || (same(node, b) && same(router, a)))
      .filter((key) => index === undefined || key.index === index)
      .reverse();
  }

  /** No nonce serves two messages under one key. */
  expectFresh(key: Buffer, nonce: Fields, octets: Buffer): void {
    const id = `${hex(key)} ${hex(derive.join(nonce))}`;
    if ((this.#nonces.get(id) ?? hex(octets)) !== hex(octets)) fail(`the nonce ${id} serves two messages`);
    this.#nonces.set(id, hex(octets));
  }

  /**
   * Reads a KMP message. @param to undefined: everyone. @param secured it came under the link key of its ends.
   * @returns what it is. @throws if it is not as the document has it.
   */
  message(body: Buffer, from: Party, to: Party | undefined, secured: boolean): string {
    const type = body[0] >> 4;
    if (((body[0] >> 2) & 3) !== 1) fail(`expected version 1, got head ${hex(body.subarray(0, 1))}`);
    if (type === make.ADVERT && to === undefined && !secured) return this.#advert(body, from);
    if (type === make.SOLICIT && to === undefined && !secured) {
      expectSame(make.solicit(), body, 'SOLICIT');
      return 'SOLICIT';
    }
    if (to === undefined) fail(`expected a broadcast to be ADVERT or SOLICIT, got type ${type}`);
    if (type === derive.REQUEST) return this.#request(body, from, to, secured);
    if (type === make.UP && secured) return this.#up(body, from);
    if (type === make.DOWN && secured) return this.#down(body, from, to);
    if (type === make.GROUP && secured) return this.#group(body, from, to);
    if (type === make.ECHO && secured) return this.#echo(body, to);
    if (secured) fail(`expected type ${type} in plain, got it secured`);
    if (type === make.NOTICE) return this.#notice(body, from, to);
    if (same(to, this.#base) && TO_BASE.includes(type)) return this.#toBase(body, from);
    if (type === make.APPROVAL && (body[0] & 3) !== 0) return this.#approval(body, from, to);
    this.#expectRelayed(body, from, to);
    return this.#fromBase(body, to, from);
  }

  /** Reads the payload of a data frame under a key. */
  data(payload: Buffer, from: Party, to: Party, key: Key): string {
    if (payload.length === 0) return same(key.node, from) ? 'CONFIRM' : 'CONFIRM answered';
    if ((payload[0] & 7) === 4) {
      // The last hop of what came in a DOWN, unless the base station is that hop.
      const kind = this.#downward(payload, to);
      if (!same(from, this.#base)) this.#expectRelayed(payload, from, to);
      return kind;
    }
    if (payload[0] === 1) {
      expectSame(make.reading(payload.readUInt16BE(1), payload.subarray(3)), payload, 'reading');
      return 'reading';
    }
    if (payload[0] === 9) {
      this.#sealedReading(payload, from);
      return 'sealed reading';
    }
    const at = payload[0] === 3 || payload[0] === 11 ? 9 : 3;
    const origin = this.party(payload.subarray(1, at));
    if (same(origin, from) || same(origin, to)) fail('a relayed reading names one of the two ends');
    if (payload[0] > 9) {
      const made = derive.join([big(1, 9), payload.subarray(at)]);
      this.#sealedReading(made, origin);
      expectSame(make.relayedSealed(origin, [big(1, 9), payload.subarray(at)]), payload, 'relayed sealed reading');
      return 'relayed sealed reading';
    }
    const made = make.relayed(origin, payload.readUInt16BE(at), payload.subarray(at + 2));
    expectSame(made, payload, 'relayed reading');
    return 'relayed reading';
  }

  #sealedReading(payload: Buffer, node: Party): void {
    this.#sealedData(payload, 9, node, [node, this.#base]);
  }

  /** Data of the base station for a node, as its last hop has it. */
  #downward(payload: Buffer, node: Party): string {
    if (payload[0] === 4) {
      expectSame(make.downward(payload.readUInt16BE(1), payload.subarray(3)), payload, 'data down');
      return 'data down';
    }
    if (payload[0] !== 12) fail(`expected data of kind 4 or 12, got ${payload[0]}`);
    this.#sealedData(payload, 12, node, [this.#base, node]);
    return 'sealed data down';
  }

  #sealedData(payload: Buffer, kind: 9 | 12, node: Party, ends: readonly [Party, Party]): void {
    const [index, seq] = [payload[1], payload.readUInt32BE(2)];
    const how = make.dataSeal(kind, index, seq, ends);
    const { key, plain } = this.#open(payload, this.#sealsOf(node, index, 'data'), how, 'sealed data');
    expectSame(make.seal(key, how, [plain]), payload, 'sealed data');
  }

  #advert(body: Buffer, router: Party): string {
    const handles = Array.from({ length: (body.length - 14) / 2 }, (_, i) => body.subarray(14 + 2 * i, 16 + 2 * i));
    const routers = handles.map((handle) => this.#byHandle(handle));
    const stranger = routers.find((listed) => this.keysOf(router, listed).length === 0);
    if (stranger !== undefined) fail(`ADVERT lists ${hex(stranger.eui)}, with whom there is no key`);
    const [rank, load, room, incarnation] = [body[9], body[10] >> 4, body[10] & 15, body[11]];
    const made = make.advert({ router, rank, load, room, incarnation, epoch: body.readUInt16BE(12), routers });
    expectSame(made, body, 'ADVERT');
    return 'ADVERT';
  }

  /** @param width of each address; the length of a REQUEST's list tells it. */
  #list(octets: Buffer, width = octets.length % 8 === 0 ? 8 : 2): Member[] {
    const names = Array.from({ length: octets.length / width }, (_, i) => octets.subarray(i * width, (i + 1) * width));
    return names.map((name) => this.party(name));
  }

  /** REQUEST to the first one who gets it, or forwarded by Rn to Rp. */
  #request(body: Buffer, from: Party, to: Party, secured: boolean): string {
    const mode = body[0] & 3;
    if (mode === 3) return this.#refresh(body, from, to, secured);
    const named = this.#list(body.subarray(1, -20));
    if (named.length < 1 || named.length > 3) fail(`REQUEST names ${named.length} parties`);
    const forwarded = mode === 2 && secured;
    if (secured && !forwarded) fail('a REQUEST came secured');
    const node = forwarded ? named[0] : from;
    const authority = mode === 0 ? this.#base : mode === 2 && !forwarded ? named[0] : to;
    const routers = mode === 0 ? named : [mode === 1 ? named[0] : forwarded ? from : to];
    const run = this.#run(body, { mode, node, authority, routers });
    // Whoever forwards it names N as N's frame did.
    const width = forwarded && body.length === 29 ? 8 : make.listWidth(named);
    expectSame(make.request(run.terms, named, run.mac, width), body, 'REQUEST');
    const count = routers.length > 1 ? ` for ${routers.length} routers` : '';
    return `REQUEST ${MODES[mode]}${forwarded ? ', forwarded' : ''}${count}`;
  }

  /** REQUEST of a node to a router, for another key like the one it has. */
  #refresh(body: Buffer, node: Party, router: Party, secured: boolean): string {
    if (secured) fail('a REQUEST came secured');
    const run = this.#run(body, { mode: 3, node, authority: router, routers: [router], index: body[1] });
    expectSame(make.refreshRequest(run.terms, run.mac), body, 'REQUEST');
    return 'REQUEST refresh';
  }

  /** The run of this REQUEST, a new one if its MAC is good. */
  #run(body: Buffer, parties: Pick<Terms, 'mode' | 'node' | 'authority' | 'routers' | 'index'>): Run {
    const tail = body.subarray(-20);
    const word = tail.readUInt32BE(0);
    const terms = { ...parties, ctr: word % 2 ** 31, newSession: word >= 2 ** 31, r0: tail.subarray(4, 12) };
    const mac = tail.subarray(12);
    const id = (of: Terms): string => hex(derive.join(derive.requestMacInput(of)));
    const old = this.#runs.find((run) => run.mac.equals(mac) && id(run.terms) === id(terms));
    if (old !== undefined) return old;
    const known = terms.mode === 0 ? [] : this.keysOf(terms.node, terms.authority, terms.index);
    const secrets = terms.mode === 0 ? [this.party(terms.node.eui).key!] : known.map(({ secret }) => secret);
    const which = secrets.findIndex((secret) => derive.requestMac(secret, terms).equals(mac));
    if (which < 0) fail(`REQUEST with a wrong MAC: ${hex(body)}`);
    const before = this.#runs.filter((run) => same(run.terms.node, terms.node));
    if (before.some((run) => run.terms.ctr >= terms.ctr)) fail(`REQUEST with ctr ${terms.ctr} after a higher one`);
    const run: Run = { terms, mac, secret: secrets[which], known: known[which], granted: new Map() };
    this.#runs.push(run);
    return run;
  }

  #up(body: Buffer, from: Party): string {
    const hops = body[1] & 15;
    const start = 2 + ((body[1] & 64) === 0 ? 2 : 8);
    const origin = this.party(body.subarray(2, start));
    const route = this.#handles(body.subarray(start, start + hops * 2));
    const inner = body.subarray(start + hops * 2);
    expectSame(make.up(body.subarray(2, start), route, [inner]), body, 'UP');
    // Each receiver appends who it had the message from, unless that is the origin itself.
    const id = `up ${hex(inner)}`;
    const path = (parties: readonly Party[]): string => parties.map(({ eui }) => hex(eui)).join(' ');
    const gone = this.#paths.get(id) ?? new Set(['']);
    if (!gone.has(path(route))) fail(`UP with a route that its message has not gone: ${path(route)}`);
    this.#paths.set(id, gone.add(path([...route, from].filter((party) => !same(party, origin)))));

    if (TO_BASE.includes(inner[0] >> 4)) return `UP with ${this.#toBase(inner, origin)}`;
    if (inner[0] >> 2 !== (derive.REQUEST << 2) + 1 || (inner[0] & 3) !== 0) fail(`UP with head ${inner[0]}`);
    const entry = route[0] ?? from;
    const named = this.#list(inner.subarray(1, -20));
    if (named.length === 1 && same(named[0], entry)) fail('UP with a list that names the entry router alone');
    const routers = named.length === 0 ? [entry] : named;
    const run = this.#run(inner, { mode: 0, node: origin, authority: this.#base, routers });
    expectSame(make.request(run.terms, named, run.mac), inner, 'REQUEST in UP');
    return `UP with REQUEST${named.length === 0 ? '' : ' and its list'}`;
  }

  #down(body: Buffer, from: Party, to: Party): string {
    const hops = body[1] & 15;
    const lastWidth = (body[1] & 64) === 0 ? 2 : 8;
    const at = 2 + (hops - 1) * 2;
    const relays = this.#handles(body.subarray(2, at));
    const last = this.party(body.subarray(at, at + lastWidth));
    const inner = body.subarray(at + lastWidth);
    const mode = body[0] & 3;
    if (mode > 1) fail(`DOWN of mode ${mode}`);
    expectSame(make.down([...relays, last], [inner], mode), body, 'DOWN');
    if (!same(from, this.#base)) this.#expectRelayed(inner, from, to, ...relays, last);
    const id = `down ${hex(inner)}`;
    const ahead = [to, ...relays, last].map(({ eui }) => hex(eui)).join(' ');
    this.#paths.set(id, (this.#paths.get(id) ?? new Set()).add(ahead));
    return `DOWN with ${mode === 1 ? this.#downward(inner, last) : this.#fromBase(inner, last, this.#base)}`;
  }

  /** Who passes a message of the base station on has had it in a DOWN, with all hops that are ahead. */
  #expectRelayed(inner: Buffer, from: Party, ...ahead: readonly Party[]): void {
    if (same(from, this.#base) || inner[0] >> 4 === derive.REJECT) return;
    const path = [from, ...ahead].map(({ eui }) => hex(eui)).join(' ');
    if (this.#paths.get(`down ${hex(inner)}`)?.has(path) !== true)
      fail(`a message took a way that it was not sent: ${path}`);
  }

  /** What a node tells the base station. */
  #toBase(body: Buffer, from: Party): string {
    const type = body[0] >> 4;
    if (type === make.ATTACHED) return this.#attached(body, from);
    return type === make.ROUTE ? this.#route(body, from) : this.#revocation(body, from);
  }

  /** What the base station sends, whoever hands it over; a REJECT may also be a router's. */
  #fromBase(body: Buffer, to: Party, from: Party): string {
    const type = body[0] >> 4;
    if (type === make.APPROVAL) return this.#approval(body, this.#base, to);
    if (type === make.ACK) return this.#ack(body, to);
    if (type === make.REVOKE) return this.#revocation(body, to);
    if (type === derive.REJECT) return this.#reject(body, from, to);
    return fail(`expected APPROVAL, ACK, REVOKE or REJECT, got type ${type}`);
  }

  /** The seal key, of those that a message may be under, that opens it. */
  #open(body: Buffer, seals: readonly Buffer[], how: make.Seal, what: string): { key: Buffer; plain: Buffer } {
    for (const key of seals) {
      const plain = make.open(key, how, body);
      if (plain !== undefined) {
        this.expectFresh(key, how.nonce, body);
        return { key, plain };
      }
    }
    return fail(`${what} opens under none of ${seals.length} keys: ${hex(body)}`);
  }

  /** Sessions of a node that one octet names, the newest first. */
  #sealsOf(node: Party, index: number, use: 'seal' | 'data' = 'seal'): Buffer[] {
    const found = this.#sessions.filter((session) => same(session.node, node) && (session.ctr & 255) === index);
    return found.map((session) => session[use]).reverse();
  }

  /**
   * B stores a session before it answers. Reset in between, it has one that its node has not and whose r1 nobody has seen; the
   * node is served again after its next run.
   */
  #wasMute(node: Party, index: number): boolean {
    const asked = this.#runs.some(
      ({ terms, r1 }) => terms.newSession && same(terms.node, node) && (terms.ctr & 255) === index && r1 === undefined,
    );
    return asked && this.#restarted.has(hex(this.#base.eui));
  }

  #approval(body: Buffer, authority: Party, router: Party): string {
    const mode = body[0] & 3;
    const index = body[1];
    const shared = (): Buffer[] =>
      this.keysOf(authority, router, index).map(({ secret }) => derive.subkey(secret, 'seal'));
    const seals = mode === 0 ? this.#sealsOf(router, index) : shared();
    if (mode === 0 && seals.length === 0 && this.#wasMute(router, index)) return 'APPROVAL that nobody opens';
    const how = make.approvalSeal(mode, index, body.readUInt32BE(2), authority, router);
    const { key, plain } = this.#open(body, seals, how, 'APPROVAL');
    const node = this.party(plain.subarray(0, 8));
    const ctr = plain.readUInt32BE(plain.length - 31);
    const run = this.#runs.find(({ terms }) => terms.mode === mode && terms.ctr === ctr && same(terms.node, node));
    if (run === undefined) fail(`APPROVAL without REQUEST: ${node.name}, ctr ${ctr}`);
    const [secret, r1] = [plain.subarray(-27, -11), plain.subarray(-11, -3)];
    const grant = {
      node,
      ctr,
      key: secret,
      r1,
      life: plain.readUInt16BE(plain.length - 3),
      depth: plain[plain.length - 1],
    };
    expectSame(make.seal(key, how, make.approvalPlain(grant)), body, 'APPROVAL');
    expectSame([derive.pairwise(run.secret, run.terms, router, r1)], secret, 'K_NR of APPROVAL');
    if (grant.depth !== (run.known === undefined ? 0 : run.known.depth + 1)) fail(`APPROVAL of depth ${grant.depth}`);
    run.granted.set(hex(router.eui), secret);
    this.#learn(run, r1);
    return `APPROVAL ${MODES[mode]}`;
  }

  /** One r1 a run; with the new-session bit it also makes S_N. */
  #learn(run: Run, r1: Buffer): void {
    if (run.r1 === undefined && run.terms.newSession) {
      const { node, ctr } = run.terms;
      const key = derive.sessionKey(run.secret, run.terms, r1);
      this.#sessions.push({ node, ctr, seal: derive.subkey(key, 'seal'), data: derive.subkey(key, 'data') });
    }
    expectSame([run.r1 ?? r1], r1, 'r1 of one run');
    run.r1 = r1;
  }

  #notice(body: Buffer, router: Party, node: Party): string {
    const mode = body[0] & 3;
    const r1 = body.subarray(1, 9);
    const how = make.noticeSeal(mode, r1, router, node);
    const runs = this.#runs
      .filter(
        ({ terms }) => terms.mode === mode && same(terms.node, node) && terms.routers.some((one) => same(one, router)),
      )
      .reverse();
    const secrets = runs.map((run) => derive.pairwise(run.secret, run.terms, router, r1));
    const seals = secrets.map((secret) => derive.subkey(secret, 'seal'));
    const { key, plain } = this.#open(body, seals, how, 'NOTICE');
    const which = seals.indexOf(key);
    const { terms, granted, known } = runs[which];
    const secret = secrets[which];
    if (!same(router, terms.authority))
      expectSame([secret], granted.get(hex(router.eui)) ?? big(1, 0), 'K_NR of NOTICE');
    const [index, depth] = [plain[2] >> 4, plain[2] & 15];
    const group = { groupKey: plain.subarray(3, 19), groupIndex: plain[19], groupCounter: plain.readUInt32BE(20) };
    const welcome = { life: plain.readUInt16BE(0), index, depth, ...group };
    expectSame(make.seal(key, how, make.noticePlain(welcome)), body, 'NOTICE');
    if (depth !== (known === undefined ? 0 : known.depth + (mode === 3 ? 0 : 1))) fail(`NOTICE of depth ${depth}`);
    this.#learnGroup(router, group);
    this.#learn(runs[which], r1);
    if (!this.keysOf(node, router).some((old) => old.secret.equals(secret))) {
      const maker = mode === 3 ? known!.maker : terms.authority;
      this.keys.push({ terms, node, router, index, depth, secret, maker });
    }
    return `NOTICE ${MODES[mode]}`;
  }

  #reject(body: Buffer, from: Party, node: Party): string {
    const [mode, reason, ctr] = [body[0] & 3, body[1], body.readUInt32BE(2)];
    if (body.length === 6) {
      expectSame(make.reject(mode, reason, ctr), body, 'REJECT');
      return 'REJECT';
    }
    const run = this.#runs.find(({ terms }) => terms.mode === mode && terms.ctr === ctr && same(terms.node, node));
    if (run === undefined) fail(`REJECT from ${hex(from.eui)} with a MAC, for no REQUEST`);
    expectSame(make.reject(mode, reason, ctr, derive.rejectMac(run.secret, mode, reason, ctr, node)), body, 'REJECT');
    return 'REJECT with MAC';
  }

  #byHandle(octets: Buffer): Member {
    return (
      this.#members.find((member) => make.handle(member).equals(octets)) ?? fail(`no one has handle ${hex(octets)}`)
    );
  }

  /** The routers of a route. */
  #handles(octets: Buffer): Member[] {
    return Array.from({ length: octets.length / 2 }, (_, i) => this.#byHandle(octets.subarray(2 * i, 2 * i + 2)));
  }

  #attached(body: Buffer, router: Party): string {
    const [mode, index, seq] = [body[0] & 3, body[1], body.readUInt32BE(6)];
    const [node, authority] = [this.#byHandle(body.subarray(2, 4)), this.#byHandle(body.subarray(4, 6))];
    const how = make.attachedSeal({ mode, index, seq, router, base: this.#base, node, authority });
    const { key, plain } = this.#open(body, this.#sealsOf(router, index), how, 'ATTACHED');
    const [ctr, depth] = [plain.readUInt32BE(0), plain[4]];
    expectSame(make.seal(key, how, make.attachedPlain(ctr, depth)), body, 'ATTACHED');
    const held = this.keysOf(node, router).find(({ terms }) => terms.ctr === ctr);
    const true_ = held !== undefined && held.depth === depth && held.terms.mode === mode && same(held.maker, authority);
    if (!true_) fail(`ATTACHED of a key that is not so: ${node.name}, ctr ${ctr}, depth ${depth}`);
    return `ATTACHED ${MODES[mode]}`;
  }

  #ack(body: Buffer, router: Party): string {
    const [mode, index] = [body[0] & 3, body[1]];
    const how = make.ackSeal(mode, index, body.readUInt32BE(2), this.#base, router);
    const { key, plain } = this.#open(body, this.#sealsOf(router, index), how, 'ACK');
    const node = this.#byHandle(plain.subarray(0, 2));
    const ctr = plain.readUInt32BE(2);
    expectSame(make.seal(key, how, make.ackPlain(node, ctr)), body, 'ACK');
    return ctr === 0 && same(node, router) ? 'ACK of ROUTE' : `ACK ${MODES[mode]}`;
  }

  #route(body: Buffer, router: Party): string {
    const how = make.routeSeal(body[1], body.readUInt32BE(2), router, this.#base);
    const { key } = this.#open(body, this.#sealsOf(router, body[1]), how, 'ROUTE');
    expectSame(make.seal(key, how, []), body, 'ROUTE');
    return 'ROUTE';
  }

  /** REVOKE to a party, or its REVOKED, which says of the same node and epoch that it is done. */
  #revocation(body: Buffer, party: Party): string {
    const type = body[0] >> 4 === make.REVOKE ? make.REVOKE : make.REVOKED;
    const [kind, index, name] = [body[0] & 3, body[1], type === make.REVOKE ? 'REVOKE' : 'REVOKED'];
    const ends = type === make.REVOKE ? ([this.#base, party] as const) : ([party, this.#base] as const);
    const how = make.revocationSeal(type, kind, index, body.readUInt32BE(2), ends);
    const { key, plain } = this.#open(body, this.#sealsOf(party, index), how, name);
    const [node, epoch] = [this.party(plain.subarray(0, 8)), plain.readUInt16BE(8)];
    expectSame(make.seal(key, how, make.revocationPlain(node, epoch)), body, name);
    const told = this.#revoked.get(hex(party.eui)) ?? new Set();
    const id = `${kind} ${node.name} ${epoch}`;
    if (type === make.REVOKE) this.#revoked.set(hex(party.eui), told.add(id));
    else if (!told.has(id)) fail(`REVOKED of what nobody told: ${id}`);
    return `${name} ${REVOCATIONS[kind]}`;
  }

  /** A router's group key: the one that it had, or a new one of the next index. */
  #learnGroup(router: Party, { groupKey, groupIndex }: Pick<make.Welcome, 'groupKey' | 'groupIndex'>): void {
    const id = hex(router.eui);
    const before = this.#groups.get(id) ?? [];
    const old = before.at(-1);
    if (groupIndex === 1 && this.#restarted.has(id) && !before.some(({ key }) => key.equals(groupKey))) {
      this.#restarted.delete(id);
      this.#groups.set(id, [...before, { index: groupIndex, key: groupKey }]);
      return;
    }
    if (old?.index === groupIndex) expectSame([old.key], groupKey, 'group key');
    // A NOTICE that is repeated has the one of its time; a router that starts anew begins with index 1.
    if (before.some(({ index, key }) => index === groupIndex && key.equals(groupKey))) return;
    if (groupIndex !== 1 && groupIndex !== (old?.index ?? 0) + 1) fail(`group key ${groupIndex} after ${old?.index}`);
    this.#groups.set(id, [...before, { index: groupIndex, key: groupKey }]);
  }

  #group(body: Buffer, router: Party, node: Party): string {
    const [groupKey, groupIndex, groupCounter] = [body.subarray(1, 17), body[17], body.readUInt32BE(18)];
    expectSame(make.group({ groupKey, groupIndex, groupCounter }), body, 'GROUP');
    if (!this.keys.some((key) => same(key.router, router) && same(key.node, node)))
      fail('GROUP came from a node to its router');
    this.#learnGroup(router, { groupKey, groupIndex });
    return 'GROUP';
  }

  #echo(body: Buffer, to: Party): string {
    const [mode, index] = [body[0] & 3, body[1]];
    if (mode > 1) fail(`ECHO of mode ${mode}`);
    expectSame(make.echo(mode, index), body, 'ECHO');
    const known = this.#groups.get(hex(to.eui)) ?? [];
    if (index !== 0 && !known.some((one) => one.index === index)) fail(`ECHO with group key ${index}`);
    return mode === 0 ? 'ECHO asked' : 'ECHO answered';
  }
}
