//! Configuration: places, refusals, generated secrets.

use std::os::unix::fs::PermissionsExt;

use api::config::{Config, Mode, Sources, Variable};

fn load(folder: &std::path::Path, pairs: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    let data = folder.join("data").display().to_string();
    let mut all = vec![("VITRINE_DATA_DIR", data.as_str())];
    all.extend_from_slice(pairs);
    Config::load(&Sources::from_pairs(all))
        .map_err(|error| error.problems.iter().map(ToString::to_string).collect())
}

#[test]
fn nothing_given_means_development_on_this_machine() {
    let folder = tempfile::tempdir().unwrap();
    let config = load(folder.path(), &[]).unwrap();
    assert_eq!(config.mode, Mode::Development);
    assert_eq!(config.listen.to_string(), "127.0.0.1:8000");
    assert_eq!(config.public_url.as_str(), "http://127.0.0.1:8000/");
    assert!(config.explorer && config.meili.is_none() && config.smtp.is_none());
}

#[test]
fn generated_secrets_are_kept_and_are_their_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let first = load(folder.path(), &[]).unwrap();
    let again = load(folder.path(), &[]).unwrap();
    assert_eq!(first.jwt_secret, again.jwt_secret);
    assert_eq!(first.test_payment_secret, again.test_payment_secret);
    assert_ne!(Some(&first.jwt_secret), first.test_payment_secret.as_ref());
    let mode = |name: &str| {
        folder
            .path()
            .join("data")
            .join(name)
            .metadata()
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(
        (
            mode("secrets/jwt-secret"),
            mode("secrets/test-payment-secret"),
            mode("secrets")
        ),
        (0o600, 0o600, 0o700)
    );
}

#[test]
fn a_secret_others_can_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    load(folder.path(), &[]).unwrap();
    let secret = folder.path().join("data/secrets/jwt-secret");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o644)).unwrap();
    let problems = load(folder.path(), &[]).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems[0].contains("mode 644") && problems[0].contains("chmod 600"),
        "{problems:?}"
    );
}

#[test]
fn every_bad_name_and_value_is_named_with_what_was_meant() {
    let folder = tempfile::tempdir().unwrap();
    let problems = load(
        folder.path(),
        &[
            ("VITRINE_LISTN", "x"),
            ("VITRINE_LISTEN", "localhost"),
            ("VITRINE_JWT_SECRET", "hunter2"),
            ("VITRINE_EXPLORER", "maybe"),
        ],
    )
    .unwrap_err();
    assert_eq!(
        problems[0],
        "VITRINE_LISTN (in the environment) is not a setting of Vitrine; did you mean VITRINE_LISTEN?"
    );
    assert!(problems[1].starts_with(
        "VITRINE_LISTEN=localhost (in the environment) cannot be used: expected an address"
    ));
    assert!(
        problems[2].starts_with("VITRINE_JWT_SECRET=(hidden) (in the environment) cannot be used"),
        "{problems:?}"
    );
    assert_eq!(
        problems[3],
        "VITRINE_EXPLORER=maybe (in the environment) cannot be used: expected 1 or 0"
    );
    assert!(!problems.concat().contains("hunter2"));
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let sources = Sources::from_pairs([
        ("VITRINE_DATA_DIR", data.as_str()),
        ("VITRINE_LISTEN", "127.0.0.1:2"),
    ])
    .with_dotenv("VITRINE_LISTEN=127.0.0.1:3\nVITRINE_EXPLORER=0\n")
    .unwrap();
    let config = Config::load(&sources).unwrap();
    assert_eq!((config.listen.port(), config.explorer), (2, false));
    let config = Config::load(&sources.with_flag(Variable::Listen, "127.0.0.1:1")).unwrap();
    assert_eq!(config.listen.port(), 1);
}

#[test]
fn production_refuses_what_is_unsafe_all_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let problems = load(
        folder.path(),
        &[
            ("VITRINE_MODE", "production"),
            ("VITRINE_PUBLIC_URL", "http://shop.example.com"),
            ("VITRINE_CORS_ORIGINS", "http://shop.example.com"),
            ("VITRINE_TRUSTED_PROXIES", "0.0.0.0/0"),
            ("VITRINE_SMTP_URL", "smtp://user:pw@mail.example.com"),
            ("MEILI_URL", "http://search:7700"),
        ],
    )
    .unwrap_err();
    let named: Vec<&str> = problems
        .iter()
        .map(|problem| problem.split(':').next().unwrap())
        .collect();
    assert_eq!(
        named,
        [
            "VITRINE_JWT_SECRET",
            "VITRINE_PUBLIC_URL",
            "VITRINE_CORS_ORIGINS",
            "VITRINE_TRUSTED_PROXIES",
            "MEILI_MASTER_KEY",
            "VITRINE_SMTP_URL",
        ]
    );
    assert!(
        !folder.path().join("data/secrets").exists(),
        "production generates nothing"
    );
}

#[test]
fn production_has_no_test_provider_unless_its_key_is_given() {
    let folder = tempfile::tempdir().unwrap();
    load(folder.path(), &[]).unwrap();
    let config = load(folder.path(), &[("VITRINE_MODE", "production")]).unwrap();
    assert!(config.test_payment_secret.is_none() && !config.explorer);
    let key = "0123456789abcdef0123456789abcdef";
    let config = load(
        folder.path(),
        &[
            ("VITRINE_MODE", "production"),
            ("VITRINE_TEST_PAYMENT_SECRET", key),
        ],
    )
    .unwrap();
    assert!(config.test_payment_secret.is_some());
}

#[test]
fn an_account_at_stripe_needs_all_of_its_keys_and_shows_none() {
    let folder = tempfile::tempdir().unwrap();
    let key = ("VITRINE_STRIPE_SECRET_KEY", "sk_test_hush");
    let problems = load(folder.path(), &[key]).unwrap_err();
    let named: Vec<&str> = problems
        .iter()
        .map(|problem| problem.split(':').next().unwrap())
        .collect();
    assert_eq!(
        named,
        [
            "VITRINE_STRIPE_PUBLISHABLE_KEY",
            "VITRINE_STRIPE_WEBHOOK_SECRETS"
        ]
    );
    let more = [
        key,
        ("VITRINE_STRIPE_PUBLISHABLE_KEY", "pk_test_open"),
        (
            "VITRINE_STRIPE_WEBHOOK_SECRETS",
            "whsec_hush,whsec_hushhush",
        ),
    ];
    let config = load(folder.path(), &more).unwrap();
    assert!(!format!("{:?}", config.stripe).contains("hush"));
    let mut live = more.to_vec();
    live.push(("VITRINE_MODE", "production"));
    live.push(("VITRINE_JWT_SECRET", "0123456789abcdef0123456789abcdef"));
    let refused = load(folder.path(), &live).unwrap_err();
    assert!(
        refused[0].starts_with("VITRINE_STRIPE_SECRET_KEY: a test key takes no money"),
        "{refused:?}"
    );
    live.push(("VITRINE_STRIPE_TEST_KEYS", "1"));
    load(folder.path(), &live).unwrap();
    let wrong = load(folder.path(), &[("VITRINE_STRIPE_SECRET_KEY", "hush")]).unwrap_err();
    assert!(!wrong[0].contains("=hush"), "{wrong:?}");
}

#[test]
fn development_listens_on_this_machine_only() {
    let folder = tempfile::tempdir().unwrap();
    let problems = load(folder.path(), &[("VITRINE_LISTEN", "0.0.0.0:8000")]).unwrap_err();
    assert!(
        problems[0].starts_with("VITRINE_LISTEN: development mode"),
        "{problems:?}"
    );
}
