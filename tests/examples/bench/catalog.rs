//! A catalog of the size wanted, made the way a shop would: the demo's settings, then an import.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// Somebody with every permission.
pub(crate) const STAFF_EMAIL: &str = "owner@bench.test";
/// Their password.
pub(crate) const STAFF_PASSWORD: &str = "brass kettle on the stove";

/// Seeds the demo shop, imports the products, builds the search index and opens an account for staff.
pub(crate) fn prepare(
    program: &Path,
    database_url: &str,
    data: &Path,
    products: u32,
) -> io::Result<()> {
    let file = data.join("bench.csv");
    write(&file, products)?;
    let run_with = |arguments: &[&str], input: &str| {
        let mut process = Command::new(program)
            .args(arguments)
            .env("DATABASE_URL", database_url)
            .env("VITRINE_DATA_DIR", data)
            .env("RUST_LOG", "warn")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()?;
        if let Some(mut pipe) = process.stdin.take() {
            pipe.write_all(input.as_bytes())?;
        }
        let status = process.wait()?;
        if status.success() {
            Ok(())
        } else {
            Err(io::Error::other(format!("vitrine {arguments:?}: {status}")))
        }
    };
    let run = |arguments: &[&str]| run_with(arguments, "");
    run(&["migrate"])?;
    run(&["seed"])?;
    run(&["import", &file.to_string_lossy(), "--format", "shopify"])?;
    run(&["reindex"])?;
    let account = [
        "staff",
        "create",
        "--email",
        STAFF_EMAIL,
        "--role",
        "owner",
        "--password-stdin",
    ];
    run_with(&account, STAFF_PASSWORD)
}

fn write(file: &Path, products: u32) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    writeln!(
        out,
        "Handle,Title,Body (HTML),Vendor,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,Variant Compare At Price,Image Src,Image Position,Status"
    )?;
    let (materials, things) = (
        ["linen", "wool", "oak", "steel", "blue", "travel"],
        ["shirt", "scarf", "table", "lamp", "mug", "bag", "notebook"],
    );
    for n in 0..products {
        let at = usize::try_from(n).unwrap_or_default();
        let title = format!(
            "{} {} {n}",
            materials[at % materials.len()],
            things[at % things.len()]
        );
        let (euros, cents) = (5 + n % 90, n % 100);
        writeln!(
            out,
            "bench-product-{n},{title},<p>A {title} to measure with.</p>,Maker {},bench,TRUE,Size,S,BENCH-{n}-S,1000000,{euros}.{cents:02},,https://example.test/{n}.jpg,1,active",
            n % 20
        )?;
        writeln!(
            out,
            "bench-product-{n},,,,,,,L,BENCH-{n}-L,1000000,{euros}.{cents:02},,,,"
        )?;
    }
    out.flush()
}
