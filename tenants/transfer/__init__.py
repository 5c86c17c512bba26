"""A site as one file: written by `export_tenant`, taken in by `import_tenant` elsewhere.

The archive is a zip of open formats: ``manifest.json``, one CSV for each table (UTF-8, with a
header; every value quoted, so that an empty unquoted field means NULL), the site's files, and
``audit_chain.csv``. Whoever holds it can read it without this program.

- **Sealed values are written in the clear.** In the database they are bound to schema, row and a
  key that never leaves its folder; an archive that needed the key would be no export. So the
  file is private (0600) and should be written with a passphrase (`container`).
- **What is made from keys is made anew** where the archive is taken in: blind indexes and search
  tokens, by the receivers of `common.events.index_key_changed`.
- **The audit chain is signed anew.** Its entries come over unchanged, but a new site has new keys,
  so their keyed hashes are computed again, in order. What the chain was worth is said at export
  (``manifest.audit``: whole or not, and its head) and written into the first entry of the new
  site, ``site.import``. The old hashes stay in ``audit_chain.csv`` for whoever has the old key.
- **What lets somebody in stays behind**: sessions, tokens, invitations, second factors (bound to
  the old keys or the old host). People sign in with their phone and enrol a second factor again.
- **An import proves itself**: before it commits, every table is written out once more and must
  give the checksums of the manifest.
"""

from tenants.transfer.exporting import export_tenant
from tenants.transfer.importing import import_tenant

__all__ = ["export_tenant", "import_tenant"]
