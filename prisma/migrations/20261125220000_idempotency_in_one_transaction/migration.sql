-- The reply is written in the transaction that creates: a key without one belongs to a request that created nothing.
DELETE FROM "idempotency_key" WHERE "status" IS NULL OR "body" IS NULL OR "headers" IS NULL;
DROP INDEX "idempotency_key_token_key";
ALTER TABLE "idempotency_key"
  DROP COLUMN "token",
  DROP COLUMN "locked_until",
  ALTER COLUMN "status" SET NOT NULL,
  ALTER COLUMN "body" SET NOT NULL,
  ALTER COLUMN "headers" SET NOT NULL;
