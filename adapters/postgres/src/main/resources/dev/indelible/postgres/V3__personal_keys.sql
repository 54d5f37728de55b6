-- Keys that personal data in events is sealed by, one for each subject, each wrapped under a master key that is not here.

CREATE TABLE personal_keys (
  subject     TEXT COLLATE "C" PRIMARY KEY,
  generation  INT NOT NULL,
  wrapped_key BYTEA,
  master_key  TEXT,
  created_at  TIMESTAMPTZ NOT NULL DEFAULT now(),
  shredded_at TIMESTAMPTZ,
  CONSTRAINT personal_keys_key_or_tombstone CHECK (
    (wrapped_key IS NULL) = (shredded_at IS NOT NULL) AND (wrapped_key IS NULL) = (master_key IS NULL))
);

COMMENT ON COLUMN personal_keys.wrapped_key IS 'nonce, ciphertext and tag (AES-256-GCM), or null once it was destroyed';
COMMENT ON COLUMN personal_keys.master_key IS 'first 8 hexadecimal digits of the SHA-256 of the key it is wrapped under';

-- The version of these definitions.
CREATE OR REPLACE FUNCTION store_version() RETURNS INT LANGUAGE sql IMMUTABLE AS $$ SELECT 3 $$;
