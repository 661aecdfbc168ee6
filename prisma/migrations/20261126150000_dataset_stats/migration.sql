-- AlterTable
ALTER TABLE "dataset" ADD COLUMN "stats" JSON;
