//! Storage: the migrations, and that the rows' types agree with the tables they make.

mod checks;
mod ledgers;
mod migrations;
mod rows;
mod scratch;
