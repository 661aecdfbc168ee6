-- What is there belongs to the default tenant, and so does what older processes write.
-- AlterTable
ALTER TABLE "job" ADD COLUMN "tenant" TEXT NOT NULL DEFAULT 'default',
ADD COLUMN "key_id" TEXT;

-- AlterTable
ALTER TABLE "dataset" ADD COLUMN "tenant" TEXT NOT NULL DEFAULT 'default',
ADD COLUMN "key_id" TEXT;

-- AlterTable
ALTER TABLE "weights" ADD COLUMN "tenant" TEXT NOT NULL DEFAULT 'default',
ADD COLUMN "key_id" TEXT;

-- CreateTable
CREATE TABLE "api_key" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "tenant" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "hint" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "api_key_hash_key" ON "api_key"("hash");

-- CreateIndex
CREATE INDEX "job_tenant_id_idx" ON "job"("tenant", "id");

-- CreateIndex
CREATE INDEX "dataset_tenant_id_idx" ON "dataset"("tenant", "id");

-- CreateIndex
CREATE INDEX "weights_tenant_id_idx" ON "weights"("tenant", "id");
