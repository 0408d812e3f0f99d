//! The rooms' edges inside the workspace, read from the `use` lines and paths of every source file.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A room: a folder or file, and what its code must not name.
struct Room {
    /// Prefix of the path, from the workspace's root.
    path: &'static str,
    /// Paths within it that are judged by another row.
    except: &'static [&'static str],
    /// First segments of paths that are forbidden; `crate::x` for rooms of the same crate.
    never: &'static [&'static str],
}

const ROOMS: &[Room] = &[
    Room {
        path: "api/domain/src",
        except: &[],
        never: &[
            "async_graphql",
            "sea_orm",
            "sea_orm_migration",
            "poem",
            "tokio",
            "sqlx",
            "entity",
            "api",
            "async fn",
            "std::fs",
            "std::net",
            "SystemTime",
        ],
    },
    Room {
        path: "entity/src",
        except: &[],
        never: &["async_graphql", "poem", "api", "migration", "tokio"],
    },
    Room {
        path: "migration/src",
        except: &[],
        never: &["entity", "domain", "api", "async_graphql", "poem"],
    },
    Room {
        path: "api/src/service",
        except: &[],
        never: &[
            "async_graphql",
            "poem",
            "crate::graphql",
            "crate::http",
            "meilisearch_sdk",
            "jsonwebtoken",
            "crate::cli",
        ],
    },
    Room {
        path: "api/src/graphql",
        except: &[],
        never: &[
            "sea_orm",
            "sqlx",
            "meilisearch_sdk",
            "jsonwebtoken",
            "poem",
            "crate::http",
            "crate::cli",
        ],
    },
    Room {
        path: "api/src/http",
        except: &[
            "api/src/http/webhook.rs",
            "api/src/http/file.rs",
            "api/src/http/health.rs",
            "api/src/http/webhook/",
            "api/src/http/health/",
        ],
        never: &[
            "entity",
            "sea_orm",
            "sqlx",
            "crate::service",
            "meilisearch_sdk",
            "jsonwebtoken",
            "crate::cli",
        ],
    },
    Room {
        path: "api/src/http/webhook.rs",
        except: &[],
        never: &["sea_orm", "sqlx", "meilisearch_sdk", "jsonwebtoken"],
    },
    Room {
        path: "api/src/http/file.rs",
        except: &[],
        never: &[
            "entity",
            "sea_orm",
            "sqlx",
            "meilisearch_sdk",
            "jsonwebtoken",
        ],
    },
    Room {
        path: "api/src/http/health.rs",
        except: &[],
        never: &["sqlx", "meilisearch_sdk", "jsonwebtoken"],
    },
    Room {
        path: "api/src/auth",
        except: &[],
        never: &[
            "async_graphql",
            "poem",
            "crate::graphql",
            "crate::http",
            "meilisearch_sdk",
        ],
    },
    Room {
        path: "api/src/search",
        except: &[],
        never: &[
            "async_graphql",
            "poem",
            "crate::graphql",
            "crate::http",
            "jsonwebtoken",
        ],
    },
    Room {
        path: "api/src/job",
        except: &[],
        never: &[
            "async_graphql",
            "poem",
            "crate::graphql",
            "crate::http",
            "meilisearch_sdk",
            "jsonwebtoken",
        ],
    },
    Room {
        path: "api/src/payment",
        except: &[],
        never: &[
            "async_graphql",
            "poem",
            "crate::graphql",
            "crate::http",
            "meilisearch_sdk",
            "jsonwebtoken",
        ],
    },
    Room {
        path: "api/src/sheet",
        except: &[],
        never: &[
            "async_graphql",
            "poem",
            "sea_orm",
            "sqlx",
            "entity",
            "domain",
            "crate::graphql",
            "crate::http",
            "crate::service",
            "jsonwebtoken",
        ],
    },
    Room {
        path: "api/src/seed",
        except: &[],
        never: &[
            "async_graphql",
            "poem",
            "crate::graphql",
            "crate::http",
            "sqlx",
        ],
    },
    Room {
        path: "api/src/import",
        except: &[],
        never: &[
            "async_graphql",
            "poem",
            "crate::graphql",
            "crate::http",
            "sqlx",
        ],
    },
];

/// Crates with exactly one home.
const HOMES: &[(&str, &[&str])] = &[
    ("jsonwebtoken", &["api/src/auth/token.rs"]),
    (
        "meilisearch_sdk",
        &[
            "api/src/search/meilisearch.rs",
            "api/src/search/meilisearch/",
        ],
    ),
    ("lettre", &["api/src/mail/", "api/src/mail.rs"]),
    ("argon2", &["api/src/auth/password.rs"]),
    ("jieba_rs", &["api/src/search/"]),
    ("krilla", &["api/src/sheet/"]),
    ("ttf_parser", &["api/src/sheet/"]),
];

/// No file of the product may be longer, tests aside.
const LONGEST_FILE: usize = 500;

#[test]
fn rooms_import_only_what_the_architecture_allows() {
    let mut findings = Vec::new();
    for room in ROOMS {
        for (path, code) in sources(room.path) {
            if room.except.iter().any(|except| path.starts_with(except)) {
                continue;
            }
            for forbidden in room.never {
                for line in lines_naming(&code, forbidden) {
                    findings.push(format!("{path}:{line} names {forbidden}"));
                }
            }
        }
    }
    assert!(
        findings.is_empty(),
        "rooms that reach where they must not:\n{}",
        findings.join("\n")
    );
}

#[test]
fn outside_crates_stay_in_their_one_home() {
    let mut findings = Vec::new();
    for (crate_name, homes) in HOMES {
        for (path, code) in sources("api").into_iter().chain(sources("entity")) {
            if homes.iter().any(|home| path.starts_with(home)) {
                continue;
            }
            for line in lines_naming(&code, crate_name) {
                findings.push(format!("{path}:{line} names {crate_name}"));
            }
        }
    }
    assert!(
        findings.is_empty(),
        "crates outside their home:\n{}",
        findings.join("\n")
    );
}

/// Who writes without a transaction of `Database::begin`, which leaves the entry of who changed what: what no staff asks for.
const UNNOTED: &[&str] = &[
    "api/src/auth/access.rs",
    "api/src/database/",
    "api/src/job/",
    "api/src/service/coupon/expire.rs",
    "api/src/service/coupon/give.rs",
    "api/src/service/inventory/drift.rs",
    "api/src/service/job/run.rs",
    "api/src/service/member/address.rs",
    "api/src/service/order/number.rs",
    "api/src/service/payment/webhook.rs",
    "api/src/service/points/event.rs",
    "api/src/service/search/",
    "api/src/service/webhook/queue.rs",
];

#[test]
fn changes_of_staff_are_made_in_a_transaction_that_notes_them() {
    let writes = sources("api").into_iter().filter(|(path, code)| {
        code.contains("database.write()") && !UNNOTED.iter().any(|home| path.starts_with(home))
    });
    let unnoted: Vec<String> = writes.map(|(path, _)| path).collect();
    assert_eq!(unnoted, Vec::<String>::new());
}

#[test]
fn files_stay_readable() {
    let long: Vec<String> = ["api", "entity", "migration"]
        .into_iter()
        .flat_map(sources)
        .filter(|(path, _)| !path.ends_with("/tests.rs"))
        .filter_map(|(path, code)| {
            let lines = code
                .split("#[cfg(test)]")
                .next()
                .unwrap_or_default()
                .lines()
                .count();
            (lines > LONGEST_FILE).then(|| format!("{path}: {lines} lines"))
        })
        .collect();
    assert!(
        long.is_empty(),
        "files over {LONGEST_FILE} lines:\n{}",
        long.join("\n")
    );
}

#[test]
fn the_readme_explains_every_variable() {
    let example = fs::read_to_string(root().join(".env.example")).expect(".env.example is there");
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md is there");
    for name in example
        .lines()
        .filter_map(|line| line.trim_start_matches("# ").split_once('='))
        .map(|(name, _)| name)
    {
        if name
            .chars()
            .all(|letter| letter.is_ascii_uppercase() || letter == '_')
        {
            assert!(
                readme.contains(&format!("`{name}`")),
                "README.md does not explain {name}"
            );
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the workspace's folder")
        .to_owned()
}

/// Rust files below a path as (path from the root, code without comments).
fn sources(path: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(&root().join(path), &mut found);
    found.sort();
    found
}

fn collect(path: &Path, found: &mut Vec<(String, String)>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("a readable folder").flatten() {
            collect(&entry.path(), found);
        }
    } else if path.extension().is_some_and(|extension| extension == "rs") && path.exists() {
        let code = fs::read_to_string(path).expect("a readable file");
        let name = path
            .strip_prefix(root())
            .expect("inside the workspace")
            .display()
            .to_string();
        let without_comments: Vec<&str> = code
            .lines()
            .map(|line| {
                if line.trim_start().starts_with("//") {
                    ""
                } else {
                    line
                }
            })
            .collect();
        found.push((name, without_comments.join("\n")));
    }
}

/// Numbers of the lines whose code names a path, `use` groups over several lines included.
fn lines_naming(code: &str, forbidden: &str) -> Vec<usize> {
    let mut lines: Vec<usize> = imports(code)
        .into_iter()
        .filter(|(_, path)| path == forbidden || path.starts_with(&format!("{forbidden}::")))
        .map(|(line, _)| line)
        .collect();
    let in_code = code
        .lines()
        .enumerate()
        .filter(|(_, line)| names_path(line, forbidden));
    lines.extend(in_code.map(|(at, _)| at + 1));
    lines.dedup();
    lines
}

/// Every imported path, groups written out, with the line its statement begins on.
fn imports(code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut statement: Option<(usize, String)> = None;
    for (at, line) in code.lines().enumerate() {
        let trimmed = line.trim();
        if statement.is_none() {
            let visible = ["use ", "pub use ", "pub(crate) use ", "pub(super) use "];
            let Some(rest) = visible
                .into_iter()
                .find_map(|start| trimmed.strip_prefix(start))
            else {
                continue;
            };
            statement = Some((at + 1, rest.to_owned()));
        } else if let Some((_, text)) = &mut statement {
            text.push_str(trimmed);
        }
        if let Some((line, text)) = statement.take_if(|(_, text)| text.contains(';')) {
            let tree = text.split(';').next().unwrap_or_default().to_owned();
            found.extend(expand(&tree).into_iter().map(|path| (line, path)));
        }
    }
    found
}

/// `a::{b, c::{d, e}}` as `a::b`, `a::c::d`, `a::c::e`.
fn expand(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((head, rest)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or(tree);
        return vec![path.trim().trim_end_matches("::self").to_owned()];
    };
    let inner = rest.trim_end().strip_suffix('}').unwrap_or(rest);
    let mut depth = 0_usize;
    let mut parts = vec![String::new()];
    for letter in inner.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
    }
    parts
        .iter()
        .filter(|part| !part.trim().is_empty())
        .flat_map(|part| expand(part))
        .map(|path| {
            format!("{head}{path}")
                .trim_end_matches("::self")
                .to_owned()
        })
        .collect()
}

/// Whether the line holds `name` as the head of a path (`name::…`), not as part of a longer word or path.
fn names_path(line: &str, name: &str) -> bool {
    if name.contains(' ') {
        return line.contains(name);
    }
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let is_head =
            before.is_none_or(|letter| !(letter.is_alphanumeric() || "_:.\"".contains(letter)));
        is_head && line[at + name.len()..].starts_with("::")
    })
}

#[test]
fn import_groups_are_written_out() {
    let code = "use a::{\n    b,\n    c::{d, self},\n};\nuse x::y as z;";
    let paths: Vec<String> = imports(code).into_iter().map(|(_, path)| path).collect();
    assert_eq!(paths, ["a::b", "a::c::d", "a::c", "x::y"]);
    assert_eq!(
        lines_naming(
            "let id = sea_orm::Value::from(1);\nuse my_sea_orm::x;",
            "sea_orm"
        ),
        [1]
    );
}
