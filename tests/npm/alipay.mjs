// Alipay's own library on the other side: it makes a page for our stand-in, reads a notification of it, and asks it where the
// trade stands. Arguments: gateway, application, private key, Alipay's public key, and `page` or a notification.
import assert from 'node:assert/strict';
import { AlipaySdk } from 'alipay-sdk';

const [gateway, appId, privateKey, alipayPublicKey, what] = process.argv.slice(2);
const alipay = new AlipaySdk({ appId, privateKey, alipayPublicKey, gateway, keyType: 'PKCS8' });

if (what === 'page') {
  const bizContent = { out_trade_no: 'vendor', total_amount: '14.90', subject: '灯 & Lampe', product_code: 'FAST_INSTANT_TRADE_PAY' };
  process.stdout.write(alipay.pageExecute('alipay.trade.page.pay', 'GET', { bizContent, returnUrl: 'https://store.test/back' }));
} else {
  const notification = JSON.parse(what);
  assert.equal(alipay.checkNotifySignV2(notification), true);
  assert.equal(alipay.checkNotifySignV2({ ...notification, total_amount: '1.00' }), false);
  const bizContent = { out_trade_no: notification.out_trade_no };
  const trade = await alipay.exec('alipay.trade.query', { bizContent }, { validateSign: true });
  process.stdout.write(`${trade.code} ${trade.tradeStatus} ${trade.totalAmount}`);
}
