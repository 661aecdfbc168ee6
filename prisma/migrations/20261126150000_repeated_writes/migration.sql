-- Writes of a worker whose answers were lost come again, and are recognised.
ALTER TABLE "job" ADD COLUMN "lease_writes" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN "released_token" UUID;
