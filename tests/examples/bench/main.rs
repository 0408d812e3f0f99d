//! The benchmarks of `tests/bench/README.md`.
//!
//! `cargo run --release -p tests --example bench -- [--postgres URL] [--products N] [--seconds N] [--connections N]
//! [--only TEXT] [--count callgrind] [--sale UNITS] [--attempts N]
//! [--messages N]`, after `cargo build --release`.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::float_arithmetic,
    clippy::print_stdout,
    reason = "a measuring program that may stop with a message, and whose figures are not money"
)]

mod basket;
mod callgrind;
mod catalog;
mod checkout;
mod counter;
mod flood;
mod floor;
mod load;
mod race;
mod rush;
mod scenario;
mod server;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::load::Figures;
use crate::scenario::Scenario;
use crate::server::Server;
use tests::connection::Connection;

const PORT: u16 = 8_901;
const FLOOR_PORT: u16 = 8_902;

struct Options {
    database_url: Option<String>,
    products: u32,
    length: Duration,
    connections: usize,
    only: Option<String>,
    /// Whether to count instructions by callgrind, and nothing else.
    is_counted: bool,
    /// Units of a flash sale, which is held instead of the rounds.
    sale: Option<usize>,
    /// How many want one of them.
    attempts: usize,
    /// Messages of a payment provider, which are sent instead of the rounds.
    messages: Option<usize>,
}

#[tokio::main(worker_threads = 1)]
async fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, port, file] = arguments.as_slice()
        && mode == "floor"
    {
        return floor::serve(port.parse().map_err(io::Error::other)?, Path::new(file)).await;
    }
    measure(&options(&arguments)?).await
}

fn options(arguments: &[String]) -> io::Result<Options> {
    let mut options = Options {
        database_url: None,
        products: 10_000,
        length: Duration::from_secs(10),
        connections: 16,
        only: None,
        is_counted: false,
        sale: None,
        attempts: 50_000,
        messages: None,
    };
    for pair in arguments.chunks(2) {
        let [name, value] = pair else {
            return Err(io::Error::other("every option takes a value"));
        };
        let number = || value.parse::<u32>().map_err(io::Error::other);
        match name.as_str() {
            "--postgres" => options.database_url = Some(value.clone()),
            "--products" => options.products = number()?,
            "--seconds" => options.length = Duration::from_secs(number()?.into()),
            "--connections" => options.connections = usize::try_from(number()?).unwrap(),
            "--sale" => options.sale = Some(usize::try_from(number()?).unwrap()),
            "--attempts" => options.attempts = usize::try_from(number()?).unwrap(),
            "--messages" => options.messages = Some(usize::try_from(number()?).unwrap()),
            "--only" => options.only = Some(value.clone()),
            "--count" if value == "callgrind" => options.is_counted = true,
            _ => return Err(io::Error::other(format!("unknown option {name} {value}"))),
        }
    }
    Ok(options)
}

async fn measure(options: &Options) -> io::Result<()> {
    let program = program()?;
    let folder = tempfile::tempdir()?;
    let data = folder.path();
    let url = options
        .database_url
        .clone()
        .unwrap_or_else(|| format!("sqlite://{}", data.join("bench.db").display()));
    println!(
        "{} products, {} connections, {:?} each, {url}",
        options.products, options.connections, options.length
    );
    catalog::prepare(&program, &url, data, options.products)?;

    let server = Server::start(&program, &url, data, PORT, options.is_counted).await?;
    if let Some(units) = options.sale {
        let size = rush::Size {
            units,
            attempts: options.attempts,
            connections: options.connections,
        };
        return rush::hold(PORT, size).await;
    }
    if let Some(messages) = options.messages {
        return flood::send(PORT, messages, options.connections).await;
    }
    let idle = server.memory().unwrap_or_default();
    let wanted = |scenario: &Arc<dyn Scenario>| {
        options
            .only
            .as_ref()
            .is_none_or(|only| scenario.name().contains(only.as_str()))
    };
    let scenarios = scenario::all(options.products).into_iter().filter(wanted);
    if options.is_counted {
        println!("| round | user instructions | of them pricing |\n|---|---|---|");
        for scenario in scenarios {
            let each = callgrind::instructions_each(&scenario, PORT, server.pid(), data).await?;
            println!("| {} | {} | {} |", scenario.name(), each.all, each.pricing);
        }
        return Ok(());
    }
    println!(
        "first answer after {:?}, {idle} MiB idle",
        server.started_in
    );
    println!(
        "| round | user instructions | per second | p50 | p99 | floor: instructions | floor: per second |"
    );
    println!("|---|---|---|---|---|---|---|");
    for scenario in scenarios {
        let ours = load::run(
            &scenario,
            PORT,
            server.pid(),
            options.connections,
            options.length,
        )
        .await?;
        let floor = floor_of(&scenario, data, options).await?;
        print(scenario.name(), &ours, floor.as_ref());
    }
    println!("{} MiB after the load", server.memory().unwrap_or_default());
    Ok(())
}

/// The same bytes from a bare handler.
async fn floor_of(
    scenario: &Arc<dyn Scenario>,
    data: &Path,
    options: &Options,
) -> io::Result<Option<Figures>> {
    let Some(body) = scenario.sample() else {
        return Ok(None);
    };
    let answer = Connection::open(PORT).await?.post("/graphql", body).await?;
    let file = data.join("floor.json");
    std::fs::write(&file, answer.body)?;
    let server = Server::start_floor(&file, FLOOR_PORT).await?;
    load::run(
        scenario,
        FLOOR_PORT,
        server.pid(),
        options.connections,
        options.length / 2,
    )
    .await
    .map(Some)
}

fn print(name: &str, ours: &Figures, floor: Option<&Figures>) {
    let count = |figures: &Figures| {
        figures
            .instructions_each()
            .map_or_else(|| "?".to_owned(), |each| each.to_string())
    };
    let (floor_instructions, floor_rate) = floor.map_or_else(
        || (String::new(), String::new()),
        |floor| (count(floor), format!("{:.0}", floor.per_second())),
    );
    println!(
        "| {name} | {} | {:.0} | {:.2?} | {:.2?} | {floor_instructions} | {floor_rate} |",
        count(ours),
        ours.per_second(),
        ours.p50,
        ours.p99
    );
}

/// The program built for release, next to this example.
fn program() -> io::Result<PathBuf> {
    let example = std::env::current_exe()?;
    let program = example
        .parent()
        .and_then(Path::parent)
        .map(|folder| folder.join("vitrine"));
    program
        .filter(|program| program.exists())
        .ok_or_else(|| io::Error::other("build the program first: cargo build --release"))
}
