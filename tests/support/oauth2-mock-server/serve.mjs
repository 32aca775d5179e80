// The npm package oauth2-mock-server as an OpenID provider, on a port of loopback that the system chooses: prints
// `listening on URL`. Beside the package's own endpoints, which sign with RS256:
//   PUT /misbehaviour   how to misbehave from now on, in place of what was said before; {} is well-behaved again:
//     id_token: {claims: {name: value, or null for none},
//                signer: stranger (a key that nobody knows) | impostor (the same under the known key's id) | nobody}
//     refresh, userinfo: {status, body}    revoke: {status}
//   GET /requests       what its endpoints were asked since the last PUT, oldest first
import { createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { OAuth2Server } from 'oauth2-mock-server';

const provider = new OAuth2Server();
const key = await provider.issuer.keys.generate('RS256');
const headers = {
    stranger: { alg: 'RS256', kid: 'stranger' },
    impostor: { alg: 'RS256', kid: key.kid },
    nobody: { alg: 'none' },
};

let strangersKey; // made when it is first needed: that takes its time
let misbehaviour = {};
let requests = [];

// Only ID tokens have their client for an audience. Access tokens get an id: two of one second would be the same.
provider.service.on('beforeTokenSigning', ({ payload }) => {
    if (payload.aud === undefined) {
        payload.jti = randomUUID();
        return;
    }
    for (const [name, value] of Object.entries(misbehaviour.id_token?.claims ?? {})) {
        payload[name] = value ?? undefined;
    }
});

function signedBy(signer, token) {
    const header = Buffer.from(JSON.stringify(headers[signer])).toString('base64url');
    const text = `${header}.${token.split('.')[1]}`;
    if (signer === 'nobody') return `${text}.`;
    strangersKey ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    return `${text}.${createSign('RSA-SHA256').update(text).sign(strangersKey, 'base64url')}`;
}

provider.service.on('beforeResponse', (response, request) => {
    const signer = misbehaviour.id_token?.signer;
    if (signer) response.body.id_token = signedBy(signer, response.body.id_token);
    if (request.body.grant_type === 'refresh_token') replace(response, misbehaviour.refresh);
});
provider.service.on('beforeUserinfo', (response) => replace(response, misbehaviour.userinfo));
provider.service.on('beforeRevoke', (response) => replace(response, misbehaviour.revoke));

function replace(response, by) {
    if (by?.status) response.statusCode = by.status;
    if (by?.body) response.body = by.body;
}

async function text(request) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
}

// Listens along; the package reads the body itself.
function note(request, url) {
    const entry = {
        method: request.method,
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        authorization: request.headers.authorization ?? '',
    };
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    const read = new Promise((resolve) => request.on('close', resolve));
    requests.push(read.then(() => ({ ...entry, form: Object.fromEntries(new URLSearchParams(body)) })));
}

const server = createServer(async (request, response) => {
    const url = new URL(request.url, provider.issuer.url);
    if (url.pathname === '/misbehaviour') {
        misbehaviour = JSON.parse(await text(request));
        requests = [];
        response.writeHead(204).end();
    } else if (url.pathname === '/requests') {
        response.end(JSON.stringify(await Promise.all(requests)));
    } else {
        note(request, url);
        provider.service.requestHandler(request, response);
    }
});
server.listen(0, '127.0.0.1', () => {
    provider.issuer.url = `http://127.0.0.1:${server.address().port}`;
    console.log(`listening on ${provider.issuer.url}`);
});
