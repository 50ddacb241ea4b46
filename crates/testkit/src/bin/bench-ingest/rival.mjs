// The multi-node manager of the seed document, with handlers that keep state as a page would: parse, emit under the
// node's name and without it. Arguments: port, links, frames.
import WebSocket from 'ws';

const [port, links, frames] = process.argv.slice(2).map(Number);
const nanos = () => Math.round((performance.timeOrigin + performance.now()) * 1e6);

class Manager {
  constructor() { this.connections = new Map(); this.handlers = new Map(); }
  connect(node) {
    const socket = new WebSocket(node.url, { perMessageDeflate: false });
    socket.onopen = () => this.send(node.id, { type: 'req', id: '1', method: 'connect', params: {} });
    socket.onmessage = (message) => {
      const frame = JSON.parse(message.data);
      if (frame.type === 'res') {
        if (frame.id === '1') this.send(node.id, { type: 'req', id: '2', method: 'subscribe', params: { events: ['chat'] } });
        return;
      }
      this.emit(`${node.id}:${frame.event}`, frame.payload);
      this.emit(frame.event, { nodeId: node.id, ...frame.payload });
    };
    this.connections.set(node.id, socket);
  }
  send(id, message) { this.connections.get(id).send(JSON.stringify(message)); }
  on(name, handler) { if (!this.handlers.has(name)) this.handlers.set(name, new Set()); this.handlers.get(name).add(handler); }
  emit(name, payload) { for (const handler of this.handlers.get(name) ?? []) handler(payload); }
}

const manager = new Manager();
const texts = new Map();
const late = [];
let seen = 0, began = 0, cpu;

manager.on('chat', (payload) => {
  if (seen === 0) { began = performance.now(); cpu = process.cpuUsage(); }
  seen += 1;
  if (payload.state === 'delta') {
    texts.set(payload.sessionKey, (texts.get(payload.sessionKey) ?? '') + payload.text);
    if (payload.text.startsWith('@')) late.push(nanos() - Number(payload.text.slice(1, 21)));
  } else if (payload.state === 'final') {
    texts.set(payload.sessionKey, payload.text);
  }
  if (seen === frames) report();
});

function report() {
  const used = process.cpuUsage(cpu);
  late.sort((a, b) => a - b);
  const at = (share) => late.length ? late[Math.min(late.length - 1, Math.floor(late.length * share))] / 1000 : 0;
  const seconds = (performance.now() - began) / 1000;
  console.log(JSON.stringify({ frames: seen, seconds, cpu: (used.user + used.system) / 1e6, p50_us: at(0.5), p99_us: at(0.99) }));
  process.exit(0);
}

for (let n = 0; n < links; n += 1) manager.connect({ id: `n${n}`, url: `ws://127.0.0.1:${port}/link/${n}` });
