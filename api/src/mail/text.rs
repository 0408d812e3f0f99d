//! What mails say, in English and Chinese; one function per mail, words beside each other so that neither is forgotten.

use chrono::{NaiveDate, NaiveDateTime};
use domain::event::EventKind;

use crate::job::{Lapse, MailJob};

/// A mail before its receiver is parsed.
pub(super) struct Rendered {
    pub(super) to: String,
    pub(super) subject: String,
    pub(super) text: String,
}

/// Languages mails are written in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Language {
    English,
    Chinese,
}

impl Language {
    fn of(locale: &str) -> Self {
        let primary = locale.split(['-', '_']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("zh") {
            Self::Chinese
        } else {
            Self::English
        }
    }

    const fn pick<'a>(self, english: &'a str, chinese: &'a str) -> &'a str {
        match self {
            Self::English => english,
            Self::Chinese => chinese,
        }
    }
}

/// Words of a mail about the shop of this name.
pub(super) fn render(job: &MailJob, shop: &str) -> Rendered {
    match job {
        MailJob::EmailVerify { to, locale, token } => {
            email_verify(to, Language::of(locale), token, shop)
        }
        MailJob::AlreadyRegistered { to, locale } => {
            already_registered(to, Language::of(locale), shop)
        }
        MailJob::PasswordReset { to, locale, token } => {
            password_reset(to, Language::of(locale), token, shop)
        }
        MailJob::StaffInvite { to, locale, token } => {
            staff_invite(to, Language::of(locale), token, shop)
        }
        MailJob::TierReached { to, locale, tier } => {
            tier_reached(to, Language::of(locale), tier, shop)
        }
        MailJob::CouponGiven {
            to,
            locale,
            label,
            code,
            until,
        } => coupon_given(to, Language::of(locale), (label, code, *until), shop),
        MailJob::PointsLapse { to, locale, lapses } => {
            points_lapse(to, Language::of(locale), lapses, shop)
        }
        MailJob::BackInStock { to, locale, goods } => {
            back_in_stock(to, Language::of(locale), goods, shop)
        }
        MailJob::Order {
            to,
            locale,
            number,
            event,
            is_part,
            leaves_on,
        } => {
            let news = (*event, *is_part, *leaves_on);
            order(to, Language::of(locale), number, news, shop)
        }
    }
}

fn email_verify(to: &str, language: Language, token: &str, shop: &str) -> Rendered {
    let (subject, text) = match language {
        Language::English => (
            format!("Confirm your e-mail address for {shop}"),
            format!(
                "Welcome to {shop}.\n\nThis code confirms your address and logs you in:\n\n{token}\n\n\
                 If you did not register, ignore this mail.\n"
            ),
        ),
        Language::Chinese => (
            format!("请验证您在 {shop} 的邮箱地址"),
            format!(
                "欢迎来到 {shop}。\n\n使用以下验证码确认邮箱并登录：\n\n{token}\n\n如果您没有注册，请忽略此邮件。\n"
            ),
        ),
    };
    Rendered {
        to: to.to_owned(),
        subject,
        text,
    }
}

fn already_registered(to: &str, language: Language, shop: &str) -> Rendered {
    let (subject, text) = match language {
        Language::English => (
            format!("You already have an account at {shop}"),
            format!(
                "Somebody, perhaps you, tried to register this address at {shop}. You have an account already: log in, \
                 or ask for a new password.\n\nIf it was not you, nothing needs to be done.\n"
            ),
        ),
        Language::Chinese => (
            format!("您在 {shop} 已有账户"),
            format!(
                "有人（可能是您）尝试用此邮箱在 {shop} 注册。您已有账户，请直接登录或重设密码。\n\n如果不是您本人操作，无需处理。\n"
            ),
        ),
    };
    Rendered {
        to: to.to_owned(),
        subject,
        text,
    }
}

fn password_reset(to: &str, language: Language, token: &str, shop: &str) -> Rendered {
    let (subject, text) = match language {
        Language::English => (
            format!("Set a new password for {shop}"),
            format!(
                "This code sets a new password for your account at {shop}. It works once and for 30 minutes:\n\n{token}\n\n\
                 If you did not ask for it, ignore this mail; your password stays as it is.\n"
            ),
        ),
        Language::Chinese => (
            format!("重设您在 {shop} 的密码"),
            format!(
                "使用以下验证码为您在 {shop} 的账户设置新密码，30 分钟内有效，仅可使用一次：\n\n{token}\n\n如果您没有提出请求，请忽略此邮件，密码不会改变。\n"
            ),
        ),
    };
    Rendered {
        to: to.to_owned(),
        subject,
        text,
    }
}

fn staff_invite(to: &str, language: Language, token: &str, shop: &str) -> Rendered {
    let (subject, text) = match language {
        Language::English => (
            format!("You are invited to run {shop}"),
            format!(
                "You have a staff account at {shop}. This code sets its password and works once:\n\n{token}\n"
            ),
        ),
        Language::Chinese => (
            format!("邀请您管理 {shop}"),
            format!(
                "您已拥有 {shop} 的员工账户。使用以下验证码设置密码，仅可使用一次：\n\n{token}\n"
            ),
        ),
    };
    Rendered {
        to: to.to_owned(),
        subject,
        text,
    }
}

fn tier_reached(to: &str, language: Language, tier: &str, shop: &str) -> Rendered {
    let (subject, text) = match language {
        Language::English => (
            format!("{shop}: you are {tier} now"),
            format!("Thank you: at {shop} you are a member of the tier {tier} now.\n"),
        ),
        Language::Chinese => (
            format!("{shop}：您已升级为{tier}"),
            format!("感谢您的支持：您已成为 {shop} 的{tier}会员。\n"),
        ),
    };
    Rendered {
        to: to.to_owned(),
        subject,
        text,
    }
}

fn coupon_given(
    to: &str,
    language: Language,
    (label, code, until): (&str, &str, Option<NaiveDateTime>),
    shop: &str,
) -> Rendered {
    let until = until.map(|end| end.format("%Y-%m-%d %H:%M").to_string());
    let (subject, text) = match language {
        Language::English => (
            format!("{shop}: a coupon for you, {label}"),
            format!(
                "{shop} gives you a coupon: {label}.\n\nIt is in your wallet; its code is\n\n{code}\n{}",
                until.map_or_else(String::new, |end| format!(
                    "\nIt can be used until {end}.\n"
                ))
            ),
        ),
        Language::Chinese => (
            format!("{shop}：送您一张优惠券，{label}"),
            format!(
                "{shop} 送您一张优惠券：{label}。\n\n已放入您的券包，优惠码为\n\n{code}\n{}",
                until.map_or_else(String::new, |end| format!("\n有效期至 {end}。\n"))
            ),
        ),
    };
    Rendered {
        to: to.to_owned(),
        subject,
        text,
    }
}

fn back_in_stock(to: &str, language: Language, goods: &str, shop: &str) -> Rendered {
    let (subject, text) = match language {
        Language::English => (
            format!("{shop}: {goods} is back"),
            format!(
                "You asked {shop} to tell you: {goods} can be had again.\n\nOthers were told too, and it is not kept for \
                 anybody. This is the only mail about it.\n"
            ),
        ),
        Language::Chinese => (
            format!("{shop}：{goods} 已到货"),
            format!(
                "您在 {shop} 登记了到货提醒：{goods} 现已可以购买。\n\n同时也通知了其他顾客，商品不会为任何人保留。此提醒仅发送一次。\n"
            ),
        ),
    };
    Rendered {
        to: to.to_owned(),
        subject,
        text,
    }
}

fn points_lapse(to: &str, language: Language, lapses: &[Lapse], shop: &str) -> Rendered {
    let line = |lapse: &Lapse| {
        let at = lapse.at.format("%Y-%m-%d %H:%M");
        match language {
            Language::English => format!("{at}: {}\n", lapse.points),
            Language::Chinese => format!("{at}：{} 积分\n", lapse.points),
        }
    };
    let list: String = lapses.iter().map(line).collect();
    let (subject, text) = match language {
        Language::English => (
            format!("{shop}: points of yours lapse soon"),
            format!("These points of yours at {shop} lapse unless you use them before:\n\n{list}"),
        ),
        Language::Chinese => (
            format!("{shop}：您的积分即将过期"),
            format!("您在 {shop} 的以下积分即将过期，请在此之前使用：\n\n{list}"),
        ),
    };
    Rendered {
        to: to.to_owned(),
        subject,
        text,
    }
}

fn order(
    to: &str,
    language: Language,
    number: &str,
    (event, is_part, leaves_on): (EventKind, bool, Option<NaiveDate>),
    shop: &str,
) -> Rendered {
    let (english, chinese) = if is_part {
        ("some units were cancelled", "部分商品已取消")
    } else {
        order_news(event)
    };
    let news = match (language, leaves_on) {
        (_, None) => language.pick(english, chinese).to_owned(),
        (Language::English, Some(day)) => format!("part of it leaves from {day} on"),
        (Language::Chinese, Some(day)) => format!("部分商品自 {day} 起发货"),
    };
    let (subject, text) = match language {
        Language::English => (
            format!("{shop}: order {number}, {news}"),
            format!("News of your order {number} at {shop}: {news}.\n"),
        ),
        Language::Chinese => (
            format!("{shop}：订单 {number}，{news}"),
            format!("您在 {shop} 的订单 {number} 有新进展：{news}。\n"),
        ),
    };
    Rendered {
        to: to.to_owned(),
        subject,
        text,
    }
}

/// What happened to an order, for its buyer. "Confirmed" is said for one event only: the back office's word.
const fn order_news(event: EventKind) -> (&'static str, &'static str) {
    match event {
        EventKind::OrderPlaced => ("received", "已收到"),
        EventKind::OrderApproved => ("approved", "已获批准"),
        EventKind::OrderConfirmationRequested => ("received and being checked", "已收到，正在核对"),
        EventKind::OrderProposed => (
            "not everything can be delivered as ordered; please tell us whether our offer will do",
            "部分商品无法按原订单发货，请确认是否接受我们的方案",
        ),
        EventKind::OrderConfirmed => ("confirmed", "已确认"),
        EventKind::OrderRejected => (
            "we cannot fulfil it; what you paid goes back",
            "无法履行，已付款项将退回",
        ),
        EventKind::OrderChanged => ("changed", "已变更"),
        EventKind::OrderRescheduled => (
            "no part of it waits for a date any more",
            "商品无需再等待发货日期",
        ),
        EventKind::OrderCancellationRequested => {
            ("your wish to cancel is being checked", "取消申请正在处理")
        }
        EventKind::OrderCancelled => ("cancelled", "已取消"),
        EventKind::OrderExpired => ("not paid in time and closed", "未按时付款，已关闭"),
        EventKind::OrderCompleted => ("completed", "已完成"),
        EventKind::PaymentAuthorized => ("payment authorised", "付款已授权"),
        EventKind::PaymentCaptured => ("payment received", "已收到付款"),
        EventKind::PaymentFailed => ("payment failed; you may try again", "付款失败，可重新尝试"),
        EventKind::PaymentOrphaned => (
            "paid after it was closed; the money goes back",
            "关闭后收到付款，款项将退回",
        ),
        EventKind::RefundSucceeded => ("money sent back", "已退款"),
        EventKind::RefundFailed => (
            "a refund is delayed; we look after it",
            "退款延迟，我们正在处理",
        ),
        EventKind::InvoiceIssued => ("an invoice was issued", "已开具发票"),
        EventKind::FulfillmentShipped => ("on its way", "已发货"),
        EventKind::FulfillmentDelivered => ("delivered", "已送达"),
        EventKind::FulfillmentCancelled => ("a parcel was called off", "包裹已取消发送"),
        EventKind::FulfillmentChanged => ("a parcel has moved on", "包裹有新进展"),
        EventKind::AfterSaleChanged => ("your return case has moved on", "售后申请有新进展"),
        EventKind::CartAbandoned
        | EventKind::MemberRegistered
        | EventKind::MemberTierChanged
        | EventKind::PointsChanged
        | EventKind::PromotionChanged
        | EventKind::CouponIssued
        | EventKind::CouponRedeemed => ("updated", "有更新"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_follows_the_locale_and_falls_back_to_english() {
        let mail = |locale: &str| {
            let job = MailJob::EmailVerify {
                to: "a@b.test".to_owned(),
                locale: locale.to_owned(),
                token: "t0k3n".to_owned(),
            };
            render(&job, "Shop")
        };
        for locale in ["zh-Hans", "zh", "zh_CN"] {
            assert_eq!(
                mail(locale).subject,
                "请验证您在 Shop 的邮箱地址",
                "{locale}"
            );
        }
        for locale in ["en", "en-GB", "de", ""] {
            assert_eq!(
                mail(locale).subject,
                "Confirm your e-mail address for Shop",
                "{locale}"
            );
        }
        assert!(mail("en").text.contains("\n\nt0k3n\n\n"));
    }

    #[test]
    fn a_coupon_comes_with_its_code_and_its_end() {
        let mail = |locale: &str, until| {
            let job = MailJob::CouponGiven {
                to: "a@b.test".to_owned(),
                locale: locale.to_owned(),
                label: "生日券".to_owned(),
                code: "0123ABCD".to_owned(),
                until,
            };
            let mail = render(&job, "Shop");
            (mail.subject, mail.text)
        };
        let end =
            chrono::NaiveDate::from_ymd_opt(2026, 12, 31).and_then(|day| day.and_hms_opt(23, 5, 0));
        assert_eq!(
            mail("zh-Hans", end),
            (
                "Shop：送您一张优惠券，生日券".to_owned(),
                "Shop 送您一张优惠券：生日券。\n\n已放入您的券包，优惠码为\n\n0123ABCD\n\n有效期至 2026-12-31 23:05。\n".to_owned(),
            )
        );
        assert_eq!(
            mail("en", None),
            (
                "Shop: a coupon for you, 生日券".to_owned(),
                "Shop gives you a coupon: 生日券.\n\nIt is in your wallet; its code is\n\n0123ABCD\n".to_owned(),
            )
        );
    }

    #[test]
    fn an_order_is_called_confirmed_only_by_the_back_office() {
        let all = <EventKind as domain::text_enum::TextEnum>::ALL;
        let confirmed: Vec<_> = all
            .iter()
            .filter(|event| order_news(**event).0 == "confirmed")
            .collect();
        assert_eq!(confirmed, [&EventKind::OrderConfirmed]);
    }
}
