-- AlterTable
ALTER TABLE "job" ADD COLUMN "progress_at" TIMESTAMPTZ(3),
ADD COLUMN "running_loss" DOUBLE PRECISION,
ADD COLUMN "samples_per_sec" DOUBLE PRECISION;

-- CreateTable
CREATE TABLE "epoch_block" (
    "job_id" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "first_epoch" INTEGER NOT NULL,
    "epochs" INTEGER NOT NULL,
    "names" JSON NOT NULL,
    "data" BYTEA NOT NULL,

    CONSTRAINT "epoch_block_pkey" PRIMARY KEY ("job_id","attempt","first_epoch")
);

-- AddForeignKey
ALTER TABLE "epoch_block" ADD CONSTRAINT "epoch_block_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "job"("id") ON DELETE CASCADE ON UPDATE CASCADE;
