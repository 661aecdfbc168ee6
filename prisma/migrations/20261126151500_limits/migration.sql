-- AlterTable
ALTER TABLE "api_key" ADD COLUMN "limits" JSON NOT NULL DEFAULT '{}';

-- AlterTable
ALTER TABLE "job" ADD COLUMN "priority" INTEGER NOT NULL DEFAULT 0;

-- CreateIndex
CREATE INDEX "job_status_tenant_priority_id_idx" ON "job"("status", "tenant", "priority" DESC, "id");

-- CreateIndex
CREATE INDEX "job_key_id_status_idx" ON "job"("key_id", "status");

-- CreateIndex
CREATE INDEX "dataset_key_id_idx" ON "dataset"("key_id");

-- CreateIndex
CREATE INDEX "weights_key_id_idx" ON "weights"("key_id");
