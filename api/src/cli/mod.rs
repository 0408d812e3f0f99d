//! The command line: reads arguments and configuration, hands over to one file per command, turns failures into words.

mod banner;
mod doctor;
mod import;
mod migrate;
mod reindex;
mod schema;
mod seed;
mod serve;
mod staff;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use tracing_subscriber::EnvFilter;

use crate::config::{Config, ConfigError, Sources, VARIABLES, Variable};
use crate::start::StartError;

/// Exit code of a wrong configuration, apart from failures while running.
const EXIT_CONFIG: u8 = 2;

/// A self-hosted GraphQL API for an independent storefront.
#[derive(Debug, Parser)]
#[command(name = "vitrine", version, about, arg_required_else_help = false)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Log more: -v for details, -vv for everything.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API (the default).
    Serve,
    /// Bring the database up to date.
    Migrate,
    /// Fill an empty development shop with the demo products.
    Seed,
    /// Read products from a file.
    Import {
        /// The file.
        file: PathBuf,
        /// What wrote the file.
        #[arg(long, value_enum)]
        format: Format,
        /// Only say what would happen.
        #[arg(long)]
        dry_run: bool,
    },
    /// Build the search index anew and swap it in.
    Reindex,
    /// Manage the people who work in the console.
    Staff {
        #[command(subcommand)]
        command: StaffCommand,
    },
    /// Print the GraphQL schema.
    Schema,
    /// Check configuration, database, migrations, clock, search and disk.
    Doctor,
}

#[derive(Debug, Subcommand)]
enum StaffCommand {
    /// Create a staff account.
    Create {
        /// E-mail to log in with.
        #[arg(long)]
        email: String,
        /// Name of its role, such as owner.
        #[arg(long)]
        role: String,
        /// Read the password from standard input, so that it stays out of the shell's history.
        #[arg(long, required = true)]
        password_stdin: bool,
    },
}

/// Files products can be read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The product CSV of Shopify.
    Shopify,
}

/// Why a command failed, in words for the person at the terminal.
#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error("{0}")]
    Config(#[from] ConfigError),
    #[error("{0}")]
    Start(#[from] StartError),
    #[error("{0}")]
    Common(#[from] crate::error::Error),
    #[error("{0}")]
    Seed(#[from] crate::seed::SeedError),
    #[error("{0}")]
    Import(#[from] crate::import::shopify::ImportError),
    #[error("{0}")]
    Said(String),
    /// The command has said everything itself.
    #[error("")]
    Silent,
}

impl CliError {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(_) => ExitCode::from(EXIT_CONFIG),
            Self::Start(_)
            | Self::Common(_)
            | Self::Seed(_)
            | Self::Import(_)
            | Self::Said(_)
            | Self::Silent => ExitCode::FAILURE,
        }
    }
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let command = Cli::command().args(VARIABLES.map(Variable::argument));
    let matches = command.get_matches();
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    start_logging(cli.verbose);
    // Two libraries bring different providers; the first to ask decides unless one is installed before.
    if rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .is_err()
    {
        tracing::debug!("a TLS provider was installed already");
    }
    match run(cli, &matches) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let words = error.to_string();
            for (index, line) in words.lines().enumerate() {
                let _closed = std::io::Write::write_fmt(
                    &mut std::io::stderr(),
                    format_args!("{}{line}\n", if index == 0 { "error: " } else { "       " }),
                );
            }
            error.exit_code()
        }
    }
}

fn run(cli: Cli, matches: &ArgMatches) -> Result<(), CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::Said(format!("the runtime cannot start: {error}")))?;
    let config = || -> Result<Config, CliError> {
        Ok(Config::load(&Sources::collect(matches, Path::new("."))?)?)
    };
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => runtime.block_on(serve::run(config()?)),
        Command::Migrate => runtime.block_on(migrate::run(config()?)),
        Command::Seed => runtime.block_on(seed::run(config()?)),
        Command::Import {
            file,
            format: Format::Shopify,
            dry_run,
        } => runtime.block_on(import::run(config()?, &file, dry_run)),
        Command::Reindex => runtime.block_on(reindex::run(config()?)),
        Command::Staff {
            command:
                StaffCommand::Create {
                    email,
                    role,
                    password_stdin: _,
                },
        } => runtime.block_on(staff::create(config()?, email, role)),
        Command::Schema => {
            schema::run();
            Ok(())
        }
        Command::Doctor => runtime.block_on(doctor::run(config())),
    }
}

/// Logs go to standard error. Libraries speak up only when something is wrong, unless everything is asked for.
fn start_logging(verbose: u8) {
    let filter = match verbose {
        0 => "warn,api=info,vitrine=info,poem::server=warn",
        1 => "info,api=debug,vitrine=debug",
        _ => "debug,api=trace,vitrine=trace",
    };
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_ansi(crate::output::is_watched())
        .init();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command()
            .args(VARIABLES.map(Variable::argument))
            .debug_assert();
    }

    #[test]
    fn flags_are_heard_before_and_after_the_command() {
        for arguments in [
            ["vitrine", "--listen", "127.0.0.1:1", "doctor"],
            ["vitrine", "doctor", "--listen", "127.0.0.1:1"],
        ] {
            let matches = Cli::command()
                .args(VARIABLES.map(Variable::argument))
                .get_matches_from(arguments);
            assert_eq!(
                matches.get_one::<String>("listen").map(String::as_str),
                Some("127.0.0.1:1"),
                "{arguments:?}"
            );
        }
    }
}
