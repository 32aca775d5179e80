// A server that speaks HTTP/2 alone, over TLS, on a port of loopback that the system chooses: prints `listening on PORT`.
// serve.mjs CERTIFICATE KEY
//   /echo      {method, body, session: which connection it came by, from 0}
//   /silent    no answer, ever
//   /refused   the stream is refused: nothing was done (RFC 9113 8.7)
//   /reset     the request is read, then the stream ends with an error
//   /half      an answer that ends in the middle, with an error
//   /goaway    an answer, and the connection takes no more requests
//   /gone      the request is read, then the whole connection is gone
//   /counts    how often each of these was asked
import { readFileSync } from 'node:fs';
import { constants, createSecureServer } from 'node:http2';

const [certificate, key] = process.argv.slice(2).map((file) => readFileSync(file));
const counts = {};
const sessions = [];

const endings = {
    '/silent': () => {},
    '/refused': (stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM),
    '/reset': (stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
    '/half': (stream) => {
        stream.respond({ ':status': 200, 'content-length': 1000 });
        stream.write('{"access_token"', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
    },
    '/goaway': (stream) => {
        stream.respond({ ':status': 200 });
        stream.end('{}');
        stream.session.goaway();
    },
    '/gone': (stream) => stream.session.destroy(),
};

const server = createSecureServer({ cert: certificate, key, allowHTTP1: false });
server.on('session', (session) => sessions.push(session));
server.on('sessionError', () => {});
server.on('stream', async (stream, headers) => {
    stream.on('error', () => {});
    const path = headers[':path'];
    counts[path] = (counts[path] ?? 0) + 1;
    let body = '';
    for await (const chunk of stream) body += chunk;
    if (endings[path]) return endings[path](stream);
    const echo = { method: headers[':method'], body, session: sessions.indexOf(stream.session) };
    stream.respond({ ':status': 200, 'content-type': 'application/json', 'Set-Cookie': ['a=1', 'b=2'] });
    stream.end(JSON.stringify(path === '/counts' ? counts : echo));
});
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
