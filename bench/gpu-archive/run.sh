#!/bin/sh
# sh run.sh: the suites on this machine's GPU, then its benchmarks. sh run.sh suites | bench [what `step` takes]: one of them.
# EPOCHD_WEBGPU_SOFTWARE=1: on the adapter that comes along and computes on the processor, to try the archive anywhere.
here=$(cd "$(dirname "$0")" && pwd) || exit 1
cd "$here" || exit 1
# A Vulkan loader of this machine comes before the one that was brought.
export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}/usr/lib/x86_64-linux-gnu:/usr/lib64:$here/vulkan"
if [ "$EPOCHD_WEBGPU_SOFTWARE" = 1 ]; then
  export LD_LIBRARY_PATH="$here/vulkan" VK_DRIVER_FILES="$here/vulkan/vk_swiftshader_icd.json"
fi
what=${1:-all}
[ $# -gt 0 ] && shift
suites() { ./node --test --test-force-exit --test-concurrency=1 --test-reporter=dot $(cat suites.txt); }
bench() {
  ./node --input-type=module -e 'import { bench } from "./bench/step.ts"; await bench(process.argv.slice(1));' -- --device webgpu "$@"
}
case $what in
  suites) suites ;;
  bench) bench "$@" ;;
  all) suites; one=$?; bench && exit $one ;;
  *) echo "sh run.sh [suites | bench [WORKLOAD …]]" >&2; exit 2 ;;
esac
