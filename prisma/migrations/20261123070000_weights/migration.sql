-- AlterTable
ALTER TABLE "job" ADD COLUMN     "weights_id" TEXT;

-- CreateTable
CREATE TABLE "weights" (
    "id" TEXT NOT NULL,
    "name" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "tensors" JSON NOT NULL,
    "file_artifact" TEXT NOT NULL,

    CONSTRAINT "weights_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "weights_file_artifact_idx" ON "weights"("file_artifact");

-- CreateIndex
CREATE INDEX "job_weights_id_idx" ON "job"("weights_id");

-- AddForeignKey
ALTER TABLE "job" ADD CONSTRAINT "job_weights_id_fkey" FOREIGN KEY ("weights_id") REFERENCES "weights"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "weights" ADD CONSTRAINT "weights_file_artifact_fkey" FOREIGN KEY ("file_artifact") REFERENCES "artifact"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
