use domain::locale::Locale;
use domain::webhook::NotEnded;

use crate::error::Error;
use crate::graphql::error::{FromFailure, say};
use crate::graphql::job::{OperationsErrorCode, OperationsUserError};
use crate::service::job::JobError;
use crate::service::webhook::WebhookError;
use crate::webhook::AddressError;

impl FromFailure<WebhookError> for OperationsUserError {
    fn from_failure(failure: WebhookError, locale: &Locale) -> Result<Self, Error> {
        let (message, path, code) = match failure {
            WebhookError::Common(error) => {
                return Self::from_failure(JobError::Common(error), locale);
            }
            WebhookError::Address(error) => (
                address(error, locale),
                ["input", "webhook", "url"].as_slice(),
                OperationsErrorCode::UrlRefused,
            ),
            WebhookError::NotEnded(NotEnded(status)) => (
                say(
                    locale,
                    format!("Only a delivery that ended is sent again; this one is {status}."),
                    format!("只能重新发送已结束的投递；该投递的状态为 {status}。"),
                ),
                ["input", "webhookDeliveryId"].as_slice(),
                OperationsErrorCode::InvalidTransition,
            ),
            WebhookError::SwitchedOff => (
                say(
                    locale,
                    "The webhook is switched off.",
                    "该 Webhook 已停用。",
                ),
                ["input"].as_slice(),
                OperationsErrorCode::InvalidTransition,
            ),
        };
        Ok(Self {
            message,
            field: Some(path.iter().map(|part| (*part).to_owned()).collect()),
            code,
        })
    }
}

fn address(error: AddressError, locale: &Locale) -> String {
    match error {
        AddressError::Malformed => say(
            locale,
            "The address is too long, or holds a name, a password or a fragment.",
            "地址过长，或包含用户名、密码或片段。",
        ),
        AddressError::Unsafe => say(
            locale,
            "The address must be https on port 443.",
            "地址必须使用 https 和 443 端口。",
        ),
        AddressError::Private => say(
            locale,
            "The address leads to a private network.",
            "该地址指向私有网络。",
        ),
        AddressError::Unreachable => {
            say(locale, "The address is not reachable.", "该地址无法访问。")
        }
    }
}
