-- AlterTable
ALTER TABLE "job" ADD COLUMN "cross_validation_id" TEXT;

-- CreateIndex
CREATE INDEX "job_cross_validation_id_idx" ON "job"("cross_validation_id");
