// SPDX-License-Identifier: Apache-2.0
// The worked vectors of docs/protocol.md: r1 joins at the base station, r2 and the node N join through r1, and N moves on to
// r2, where its key is refreshed; at last it is removed, and then found to be compromised. Every key, random number and counter is fixed here; all else follows.
import { big, octets } from './crypto.ts';
import * as derive from './derivation.ts';
import type { Fields, Party, Terms } from './derivation.ts';
import * as carriage from './frames.ts';
import type { Frame } from './frames.ts';
import * as make from './messages.ts';

/** Names and values of one vector, in order; the fields of a value are apart by a blank. */
export type Vector = Record<string, string>;

const text = (fields: Fields): string =>
  fields
    .filter(({ length }) => length > 0)
    .map((field) => field.toString('hex'))
    .join(' ');
const hex = (value: string): Buffer => octets(value);
/** 8 octets that count up from `first`. */
const rising = (first: number, size = 8): Buffer => Buffer.from(Array.from({ length: size }, (_, i) => first + i));

const PAN = 0xabcd;
const LIFE = 1440;
const B: Party = { eui: hex('acde480000000001'), short: 0x0001 };
const R1: Party = { eui: hex('acde480000000011'), short: 0x0011 };
const R2: Party = { eui: hex('acde480000000012'), short: 0x0012 };
const N: Party = { eui: hex('acde480000000021'), short: 0x0021 };

/** Long-term keys. */
const K_R1 = rising(0x10, 16);
const K_R2 = rising(0x20, 16);
const K_N = rising(0x00, 16);

const central = { mode: 0, authority: B, newSession: true };
const TERMS = {
  /** r1 with B. */
  first: { ...central, node: R1, routers: [B], ctr: 1, r0: rising(0xa0) },
  /** r2 with r1, by B. */
  second: { ...central, node: R2, routers: [R1], ctr: 1, r0: rising(0xc0) },
  /** N with r1, by B. */
  join: { ...central, node: N, routers: [R1], ctr: 1, r0: rising(0xe0) },
  /** N asks B for both routers. */
  both: { ...central, newSession: false, node: N, routers: [R1, R2], ctr: 2, r0: rising(0x90) },
  /** N with r2, by r1: N asks r1, or has r2 ask. */
  predictive: { mode: 1, newSession: false, authority: R1, node: N, routers: [R2], ctr: 3, r0: rising(0x50) },
  reactive: { mode: 2, newSession: false, authority: R1, node: N, routers: [R2], ctr: 4, r0: rising(0x70) },
  /** N with r2 again. */
  refresh: { mode: 3, newSession: false, authority: R2, node: N, routers: [R2], ctr: 5, r0: rising(0x30), index: 1 },
} satisfies Record<string, Terms>;

const [r1First, r1Second, r1Join] = [rising(0xb0), rising(0xd0), rising(0xf0)];
const [r1Moved, r1Fresh] = [rising(0x60), rising(0x40)];
const K_R1_B = derive.pairwise(K_R1, TERMS.first, B, r1First);
const K_R2_R1 = derive.pairwise(K_R2, TERMS.second, R1, r1Second);
const K_N_R1 = derive.pairwise(K_N, TERMS.join, R1, r1Join);
const K_N_R2 = derive.pairwise(K_N_R1, TERMS.predictive, R2, r1Moved);
const K_N_R2_FRESH = derive.pairwise(K_N_R2, TERMS.refresh, R2, r1Fresh);
const S_R1 = derive.sessionKey(K_R1, TERMS.first, r1First);
const S_R2 = derive.sessionKey(K_R2, TERMS.second, r1Second);
const S_N = derive.sessionKey(K_N, TERMS.join, r1Join);

function derivation(): Vector {
  return {
    K_N: text([K_N]),
    'request-MAC, input': text(derive.subkeyInput('request-MAC')),
    'request-MAC(K_N)': text([derive.subkey(K_N, 'request-MAC')]),
    'derive, input': text(derive.subkeyInput('derive')),
    'derive(K_N)': text([derive.subkey(K_N, 'derive')]),
    'pairwise, input': text(derive.pairwiseInput(TERMS.join, R1, r1Join)),
    K_NR: text([K_N_R1]),
    'seal, input': text(derive.subkeyInput('seal')),
    'seal(K_NR)': text([derive.subkey(K_N_R1, 'seal')]),
    'link, input': text(derive.subkeyInput('link')),
    'link(K_NR)': text([derive.subkey(K_N_R1, 'link')]),
    'session, input': text(derive.subkeyInput('session')),
    'session(K_N)': text([derive.subkey(K_N, 'session')]),
    'session key, input': text(derive.sessionInput(TERMS.join, r1Join)),
    S_N: text([S_N]),
    'seal(S_N)': text([derive.subkey(S_N, 'seal')]),
    'data, input': text(derive.subkeyInput('data')),
    'data(S_N)': text([derive.subkey(S_N, 'data')]),
  };
}

/** A REQUEST in plain. @param named as in messages.ts. */
function request(secret: Buffer, terms: Terms, named: readonly Party[]): { vector: Vector; body: Fields } {
  const body = make.request(terms, named, derive.requestMac(secret, terms));
  const vector = {
    'request-MAC(K_NA)': text([derive.subkey(secret, 'request-MAC')]),
    'MAC, input': text(derive.requestMacInput(terms)),
    body: text(body),
  };
  return { vector, body };
}

function sealed(
  name: string,
  secret: Buffer,
  how: make.Seal,
  plain: Fields,
  use: 'seal' | 'data' = 'seal',
): { vector: Vector; body: Fields } {
  const key = derive.subkey(secret, use);
  const body = make.seal(key, how, plain);
  const vector = {
    [`${use}(${name})`]: text([key]),
    nonce: text(how.nonce),
    'associated data': text(how.aad),
    plaintext: text(plain),
    body: text(body),
  };
  return { vector, body };
}

/** A frame with a body in it, in plain. */
function plainFrame(sequence: number, source: Party, destination: Party | undefined, body: Fields): Vector {
  const payload = carriage.mpxFull(derive.join(body));
  return { frame: text(carriage.build({ sequence, pan: PAN, source, destination, message: true, payload })) };
}

/** A frame under the link key of `secret`, of index 1. @param body of a KMP message; absent: data. */
function securedFrame(
  ends: Pick<Frame, 'sequence' | 'source' | 'destination'>,
  counter: number,
  secret: Buffer,
  payload: { readonly body: Fields } | { readonly data: Fields },
): Vector {
  const message = 'body' in payload;
  const security = { key: derive.subkey(secret, 'link'), counter, index: 1 };
  const content = message ? carriage.mpxFull(derive.join(payload.body)) : payload.data;
  const frame = { ...ends, pan: PAN, security, message, payload: content };
  return {
    'link key': text([security.key]),
    nonce: text(carriage.linkNonce(frame)),
    'associated data': text(carriage.mhr(frame)),
    plaintext: text(content),
    frame: text(carriage.build(frame)),
  };
}

const link = (sequence: number, source: Party, destination: Party) => ({ sequence, source, destination });

const groupOf = (octet: string) => ({ groupKey: hex(octet.repeat(16)), groupIndex: 1, groupCounter: 0 });

/** @returns every vector by its title, in the order of the document. */
export function vectors(): Record<string, Vector> {
  const join = request(K_N, TERMS.join, [R1]);
  const inUp = make.up(make.name(N), [], make.request(TERMS.join, [], derive.requestMac(K_N, TERMS.join)));
  const both = request(K_N, TERMS.both, [R1, R2]);
  const predictive = request(K_N_R1, TERMS.predictive, [R2]);
  const reactive = request(K_N_R1, TERMS.reactive, [R1]);
  const forwarded = make.request(TERMS.reactive, [N], derive.requestMac(K_N_R1, TERMS.reactive));
  const long = { ...N, short: undefined };
  const stranger = request(K_N, { ...TERMS.join, node: long }, [{ ...R1, short: undefined }]);

  const grant = { node: N, ctr: TERMS.join.ctr, key: K_N_R1, r1: r1Join, life: LIFE, depth: 0 };
  const approval = sealed('S_R1', S_R1, make.approvalSeal(0, 1, 7, B, R1), make.approvalPlain(grant));
  const moved = { ...grant, ctr: TERMS.predictive.ctr, key: K_N_R2, r1: r1Moved, life: LIFE - 2, depth: 1 };
  const introduced = sealed('K_R2_R1', K_R2_R1, make.approvalSeal(1, 1, 4, R1, R2), make.approvalPlain(moved));

  const welcome = { life: LIFE, index: 1, depth: 0, ...groupOf('e1') };
  const notice = sealed('K_NR', K_N_R1, make.noticeSeal(0, r1Join, R1, N), make.noticePlain(welcome));
  const again = { life: LIFE - 2, index: 1, depth: 1, ...groupOf('e2') };
  const noticeMoved = sealed('K_NR', K_N_R2, make.noticeSeal(1, r1Moved, R2, N), make.noticePlain(again));

  const at1 = { mode: 0, index: 1, seq: 3, router: R1, base: B, node: N, authority: B };
  const attached = sealed('S_R1', S_R1, make.attachedSeal(at1), make.attachedPlain(TERMS.join.ctr, 0));
  const at2 = { mode: 1, index: 1, seq: 1, router: R2, base: B, node: N, authority: R1 };
  const attachedMoved = sealed('S_R2', S_R2, make.attachedSeal(at2), make.attachedPlain(TERMS.predictive.ctr, 1));
  const ack = sealed('S_R1', S_R1, make.ackSeal(0, 1, 8, B, R1), make.ackPlain(N, TERMS.join.ctr));
  const ackMoved = sealed('S_R2', S_R2, make.ackSeal(1, 1, 1, B, R2), make.ackPlain(N, TERMS.predictive.ctr));

  const refresh = make.refreshRequest(TERMS.refresh, derive.requestMac(K_N_R2, TERMS.refresh));
  const fresh = { ...again, life: LIFE - 2 - 360, index: 2 };
  const noticeFresh = sealed('K_NR', K_N_R2_FRESH, make.noticeSeal(3, r1Fresh, R2, N), make.noticePlain(fresh));

  const [removed, burnt] = [make.revocationPlain(N, 1), make.revocationPlain(N, 2)];
  const revoke = sealed('S_R1', S_R1, make.revocationSeal(make.REVOKE, 1, 1, 9, [B, R1]), removed);
  const revokeFar = sealed('S_R2', S_R2, make.revocationSeal(make.REVOKE, 2, 1, 2, [B, R2]), burnt);
  const revoked = sealed('S_R1', S_R1, make.revocationSeal(make.REVOKED, 1, 1, 4, [R1, B]), removed);
  const revokedFar = sealed('S_R2', S_R2, make.revocationSeal(make.REVOKED, 2, 1, 2, [R2, B]), burnt);
  const route = sealed('S_R2', S_R2, make.routeSeal(1, 3, R2, B), []);
  const routed = sealed('S_R2', S_R2, make.ackSeal(0, 1, 3, B, R2), make.ackPlain(R2, 0));
  const group = make.group({ ...groupOf('e3'), groupIndex: 2 });
  const [asked, answered] = [make.echo(0, 1), make.echo(1, 0)];

  const advert = make.advert({ router: R1, rank: 1, load: 2, room: 5, incarnation: 0x7f, epoch: 0, routers: [R2] });
  const [reason, refused] = [5, TERMS.both];
  const rejected = make.reject(0, reason, refused.ctr, derive.rejectMac(K_N, 0, reason, refused.ctr, N));

  const sealedReading = sealed('S_N', S_N, make.dataSeal(9, 1, 1, [N, B]), [big(4, 60)], 'data');
  const sealedDown = sealed('S_N', S_N, make.dataSeal(12, 1, 1, [B, N]), [hex('0a')], 'data');

  const down = make.down([R2], ackMoved.body);
  const far = make.down([R2], approval.body);
  const whole = derive.join(far);

  return {
    Derivation: derivation(),
    ADVERT: { body: text(advert), ...plainFrame(0x01, R1, undefined, advert) },
    'ADVERT, the last one': {
      body: text(make.advert({ router: R1, rank: 255, load: 0, room: 5, incarnation: 0x7f, epoch: 1, routers: [] })),
    },
    SOLICIT: { body: text(make.solicit()), ...plainFrame(0x35, N, undefined, make.solicit()) },
    'REQUEST, centralised': { ...join.vector, ...plainFrame(0x31, N, R1, join.body) },
    'REQUEST, relayed': { body: text(inUp), ...securedFrame(link(0x41, R1, B), 5, K_R1_B, { body: inUp }) },
    'REQUEST, for two routers': both.vector,
    'REQUEST, extended addressing': { ...stranger.vector, ...plainFrame(0x32, long, R1, stranger.body) },
    'REQUEST, predictive': predictive.vector,
    'REQUEST, reactive': reactive.vector,
    'REQUEST, forwarded': {
      body: text(forwarded),
      ...securedFrame(link(0x51, R2, R1), 9, K_R2_R1, { body: forwarded }),
    },
    'REQUEST, refresh': {
      'request-MAC(K_NA)': text([derive.subkey(K_N_R2, 'request-MAC')]),
      'MAC, input': text(derive.requestMacInput(TERMS.refresh)),
      body: text(refresh),
      ...plainFrame(0x36, N, R2, refresh),
    },
    'APPROVAL, centralised': approval.vector,
    'APPROVAL, predictive': introduced.vector,
    'NOTICE, centralised': notice.vector,
    'NOTICE, predictive': noticeMoved.vector,
    'NOTICE, refresh': noticeFresh.vector,
    CONFIRM: securedFrame(link(0x33, N, R1), 0, K_N_R1, { data: [] }),
    'CONFIRM, answered': securedFrame(link(0x42, R1, N), 0, K_N_R1, { data: [] }),
    ATTACHED: attached.vector,
    'ATTACHED, relayed': {
      ...attachedMoved.vector,
      'body of UP': text(make.up(make.name(R2), [], attachedMoved.body)),
    },
    ACK: ack.vector,
    'ACK, relayed': { ...ackMoved.vector, 'body of DOWN': text(down) },
    'ACK of ROUTE': routed.vector,
    'REJECT, hint': { body: text(make.reject(0, 2, refused.ctr)) },
    'REJECT, by the authority': {
      'request-MAC(K_NA)': text([derive.subkey(K_N, 'request-MAC')]),
      'MAC, input': text(derive.rejectMacInput(0, reason, refused.ctr, N)),
      body: text(rejected),
    },
    'REJECT, revoked': {
      'request-MAC(K_NA)': text([derive.subkey(K_N, 'request-MAC')]),
      'MAC, input': text(derive.rejectMacInput(0, 6, 6, N)),
      body: text(make.reject(0, 6, 6, derive.rejectMac(K_N, 0, 6, 6, N))),
    },
    REVOKE: revoke.vector,
    'REVOKE, relayed': { ...revokeFar.vector, 'body of DOWN': text(make.down([R2], revokeFar.body)) },
    REVOKED: revoked.vector,
    'REVOKED, relayed': { ...revokedFar.vector, 'body of UP': text(make.up(make.name(R2), [], revokedFar.body)) },
    ROUTE: { ...route.vector, 'body of UP': text(make.up(make.name(R2), [], route.body)) },
    GROUP: { body: text(group), ...securedFrame(link(0x44, R1, R2), 10, K_R2_R1, { body: group }) },
    ECHO: { body: text(asked), ...securedFrame(link(0x37, N, R1), 2, K_N_R1, { body: asked }) },
    'ECHO, answered': { body: text(answered), ...securedFrame(link(0x45, R1, N), 1, K_N_R1, { body: answered }) },
    Reading: securedFrame(link(0x34, N, R1), 1, K_N_R1, { data: make.reading(1, big(4, 60)) }),
    'Reading, relayed': securedFrame(link(0x43, R1, B), 6, K_R1_B, { data: make.relayed(N, 1, big(4, 60)) }),
    'Reading, sealed': { ...sealedReading.vector, 'relayed by r1': text(make.relayedSealed(N, sealedReading.body)) },
    'Data down': {
      body: text(make.down([N], make.downward(0x3f01, hex('0a')), 1)),
      ...securedFrame(link(0x46, R1, N), 2, K_N_R1, { data: make.downward(0x3f01, hex('0a')) }),
    },
    'Data down, sealed': { ...sealedDown.vector, 'body of DOWN': text(make.down([N], sealedDown.body, 1)) },
    Fragments: {
      body: text(far),
      'first payload': text(carriage.mpxFragment(9, 0, false, whole.length, whole.subarray(0, 41))),
      'second payload': text(carriage.mpxFragment(9, 1, true, whole.length, whole.subarray(41))),
    },
  };
}
