//! The Python door: converts types, releases the GIL, maps errors. Every decision is the engine's.

mod answer;
mod arguments;
mod error;
mod judge;
mod mapping;
mod names;
mod policy_file;
mod python_form;
mod scanner;
mod sessions;
mod stream;

/// Everything that `scangate._scangate` offers.
#[pyo3::pymodule(gil_used = false)]
mod _scangate {
    #[pymodule_export]
    use crate::answer::{Answer, Edited};
    #[pymodule_export]
    use crate::names::names;
    #[pymodule_export]
    use crate::scanner::Scanner;
    #[pymodule_export]
    use crate::stream::Stream;
}
