//! The program `vitrine`; everything it does is in the library's `cli`.

/// Fewer and cheaper allocations matter here: every GraphQL answer is built as a tree of values.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    api::cli::main()
}
