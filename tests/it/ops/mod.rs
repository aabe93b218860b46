//! Running the product for years: backups, looking it over, disks that fill up or fail, folders of earlier releases.

mod archive;
mod backup;
mod disk;
mod release;
mod rotation;
mod server;
mod size;
mod start;
