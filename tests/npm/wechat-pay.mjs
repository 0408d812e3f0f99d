// A library for merchants of WeChat Pay on the other side: it opens a transaction at our stand-in, asks where it stands, signs what a
// page hands over to WeChat, and reads a notification of it. Arguments: address, merchant, its serial and private key, serial and
// public key of WeChat Pay, the key of version 3, and `open`, the text to sign, or a notification as JSON of its body and headers.
import assert from 'node:assert/strict';
import { Aes, Formatter, Rsa, Wechatpay } from 'wechatpay-axios-plugin';

const [address, mchid, serial, key, platformSerial, platformKey, secret, what] = process.argv.slice(2);
const pem = (kind, base64) => `-----BEGIN ${kind} KEY-----\n${base64}\n-----END ${kind} KEY-----\n`;
const publicKey = pem('PUBLIC', platformKey);
const wechat = new Wechatpay({ mchid, serial, privateKey: pem('PRIVATE', key), certs: { [platformSerial]: publicKey }, baseURL: address });
const transactions = wechat.v3.pay.transactions;

if (what === 'open') {
  const content = { appid: 'wx1', mchid, description: '灯', out_trade_no: 'vendor', notify_url: 'https://store.test/', amount: { total: 1490 } };
  process.stdout.write((await transactions.native.post(content)).data.code_url);
} else if (what.startsWith('wx')) {
  process.stdout.write(Rsa.sign(what, pem('PRIVATE', key)));
} else {
  const { headers, body } = JSON.parse(what);
  const signed = Formatter.response(headers['wechatpay-timestamp'], headers['wechatpay-nonce'], body);
  assert.equal(Rsa.verify(signed, headers['wechatpay-signature'], publicKey), true);
  assert.equal(Rsa.verify(`${signed} `, headers['wechatpay-signature'], publicKey), false);
  const { ciphertext, nonce, associated_data: associated } = JSON.parse(body).resource;
  const told = JSON.parse(Aes.AesGcm.decrypt(ciphertext, secret, nonce, associated));
  const asked = (await transactions.outTradeNo.$number$.get({ params: { mchid }, number: 'vendor' })).data;
  process.stdout.write(`${told.trade_state} ${told.amount.total} ${asked.trade_state}`);
}
