-- AlterTable
ALTER TABLE "job" ADD COLUMN "test" JSON,
ADD COLUMN "test_dataset_id" TEXT,
ADD COLUMN "validation_dataset_id" TEXT,
ADD COLUMN "warnings" JSON;

-- CreateIndex
CREATE INDEX "job_validation_dataset_id_idx" ON "job"("validation_dataset_id");

-- CreateIndex
CREATE INDEX "job_test_dataset_id_idx" ON "job"("test_dataset_id");

-- AddForeignKey
ALTER TABLE "job" ADD CONSTRAINT "job_validation_dataset_id_fkey" FOREIGN KEY ("validation_dataset_id") REFERENCES "dataset"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "job" ADD CONSTRAINT "job_test_dataset_id_fkey" FOREIGN KEY ("test_dataset_id") REFERENCES "dataset"("id") ON DELETE SET NULL ON UPDATE CASCADE;
