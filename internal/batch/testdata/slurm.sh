#!/bin/sh
# A Slurm of one node, for tests: slurm.sh start DIR, slurm.sh stop DIR. Run as root. Everything is under DIR: set
# SLURM_CONF=DIR/slurm.conf to use it. From Debian: slurm-wlm munge.
set -eu
command=$1 dir=$2

stop() {
	for daemon in slurmd slurmctld munged; do
		[ -f "$dir/$daemon.pid" ] || continue
		pid=$(cat "$dir/$daemon.pid")
		kill "$pid" 2>/dev/null || true
		for _ in 1 2 3 4 5 6 7 8 9 10; do
			kill -0 "$pid" 2>/dev/null || break
			sleep 0.3
		done
		kill -9 "$pid" 2>/dev/null || true
	done
}

start() {
	mkdir -p "$dir/state" "$dir/spool"
	chmod 755 "$dir" # munged refuses a socket below a folder that others may write
	dd if=/dev/urandom of="$dir/munge.key" bs=128 count=1 2>/dev/null
	chmod 600 "$dir/munge.key"
	munged --force --key-file="$dir/munge.key" --socket="$dir/munge.socket" --pid-file="$dir/munged.pid" \
		--log-file="$dir/munged.log" --seed-file="$dir/munge.seed"
	memory=$(awk '/MemTotal/ {print int($2 / 1024 * 0.8)}' /proc/meminfo)
	cat >"$dir/slurm.conf" <<-CONF
		ClusterName=test
		SlurmctldHost=$(hostname -s)(127.0.0.1)
		SlurmUser=root
		SlurmdUser=root
		AuthType=auth/munge
		AuthInfo=socket=$dir/munge.socket
		CredType=cred/munge
		SlurmctldPort=$3
		SlurmdPort=$4
		SlurmctldPidFile=$dir/slurmctld.pid
		SlurmdPidFile=$dir/slurmd.pid
		SlurmctldLogFile=$dir/slurmctld.log
		SlurmdLogFile=$dir/slurmd.log
		StateSaveLocation=$dir/state
		SlurmdSpoolDir=$dir/spool
		ProctrackType=proctrack/linuxproc
		TaskPlugin=task/none
		SwitchType=switch/none
		MpiDefault=none
		SelectType=select/cons_tres
		SelectTypeParameters=CR_Core_Memory
		JobAcctGatherType=jobacct_gather/none
		AccountingStorageType=accounting_storage/none
		SchedulerType=sched/backfill
		SchedulerParameters=sched_interval=1,bf_interval=1
		KillWait=2
		MinJobAge=30
		ReturnToService=2
		NodeName=localhost NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=$memory State=UNKNOWN
		PartitionName=main Nodes=localhost Default=YES MaxTime=INFINITE State=UP
	CONF
	export SLURM_CONF="$dir/slurm.conf"
	slurmctld -c
	slurmd -c -N localhost
	for _ in $(seq 60); do
		sinfo -h -o %t 2>/dev/null | grep -q idle && return
		sleep 0.5
	done
	echo "the node did not come up:" >&2
	tail -n 20 "$dir/slurmctld.log" "$dir/slurmd.log" >&2
	stop
	return 1
}

case $command in
start) start "$@" ;;
stop) stop ;;
*) echo "usage: slurm.sh start DIR CONTROLLER-PORT NODE-PORT | slurm.sh stop DIR" >&2; exit 2 ;;
esac
