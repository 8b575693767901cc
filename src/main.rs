use std::process::ExitCode;

fn main() -> ExitCode {
    // defects only: everything a person can cause is an error with a sentence of its own
    let _ = color_eyre::install();
    matriz::cli::main()
}
