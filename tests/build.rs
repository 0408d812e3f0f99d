//! Tells the tests at compile time whether PostgreSQL can be had, so that its half of the suite counts as *ignored*,
//! with the reason, instead of passing without having run. The same goes for the vendors' libraries of `npm`.

use std::{env, fs, path::Path};

/// There once `npm ci` ran in `npm`.
const STRIPE: &str = "npm/node_modules/stripe/package.json";

fn main() {
    println!("cargo::rustc-check-cfg=cfg(postgres)");
    println!("cargo::rerun-if-env-changed=TEST_DATABASE_URL");
    println!("cargo::rerun-if-changed=/usr/lib/postgresql");
    if env::var_os("TEST_DATABASE_URL").is_some() || has_server_programs() {
        println!("cargo::rustc-cfg=postgres");
    }
    println!("cargo::rustc-check-cfg=cfg(npm)");
    println!("cargo::rerun-if-changed={STRIPE}");
    if Path::new(STRIPE).exists() {
        println!("cargo::rustc-cfg=npm");
    }
}

fn has_server_programs() -> bool {
    let Ok(versions) = fs::read_dir("/usr/lib/postgresql") else {
        return false;
    };
    versions
        .flatten()
        .any(|version| Path::new(&version.path()).join("bin/initdb").exists())
}
