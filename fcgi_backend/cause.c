/* cause.c: what error codes mean and what helps, in English and Chinese. */

#include "fcgi_backend/cause.h"

#include <stddef.h>
#include <string.h>


/* Sources: OceanBase ob_errno.def and its manuals on backup; of programs'
 * causes errno(3) and the errors of MariaDB.  docs/causes.md lists them. */
static const bt_cause  causes[] = {
    { "CANCELED",
      { "Somebody canceled the backup; nothing is wrong with it.",
        "有人取消了备份，备份本身没有问题。" },
      { "Start the backup again if it is still needed.",
        "如仍需要，请重新发起备份。" } },
    { "-4072",
      { "Somebody canceled the backup; nothing is wrong with it.",
        "有人取消了备份，备份本身没有问题。" },
      { "Start the backup again if it is still needed.",
        "如仍需要，请重新发起备份。" } },
    { "KILLED",
      { "The process that made the backup ended without a word: it was "
        "killed, or its server was restarted.",
        "执行备份的进程异常消失：被终止，或所在服务器重启过。" },
      { "Look for the out-of-memory killer and restarts in the system log of "
        "that host at this time, then start the backup again.",
        "在该主机的系统日志中查看此时是否有内存不足终止或重启，然后重"
        "新发起备份。" } },
    { "2",
      { "A file or directory that the backup needs is not there.",
        "备份所需的文件或目录不存在。" },
      { "Check on the host that the text names that the backup directory "
        "exists and is mounted, then start the backup again.",
        "在报错所指的主机上检查备份目录是否存在并已挂载，然后重新发起"
        "备份。" } },
    { "5",
      { "The operating system could not read or write the disk.",
        "操作系统读写磁盘失败。" },
      { "Look at the kernel's log of the host for errors of the disk or the "
        "mount; do not trust this storage before they are explained.",
        "查看该主机内核日志中磁盘或挂载的错误；在查明之前不要信任此存"
        "储。" } },
    { "13",
      { "The operating system refused access to a file or directory of the "
        "backup.",
        "操作系统拒绝访问备份的文件或目录。" },
      { "Give the user that runs the backup the right to write the directory "
        "that the text names.",
        "为运行备份的用户授予报错所指目录的写权限。" } },
    { "28",
      { "The disk that the backup is written to is full.",
        "备份写入的磁盘已满。" },
      { "Free space there or enlarge it, check whether cleanup runs, then "
        "start the backup again.",
        "释放空间或扩容，检查清理任务是否正常，然后重新发起备份。" } },
    { "30",
      { "The file system that the backup is written to is read-only.",
        "备份写入的文件系统为只读。" },
      { "Look at why it was mounted so: a file system is set to read-only "
        "after errors of its disk. Mount it for writing, then start the "
        "backup again.",
        "查明只读原因（磁盘出错后文件系统会变为只读），重新以可写方式"
        "挂载后再发起备份。" } },
    { "122",
      { "The disk quota of the user that runs the backup is used up.",
        "运行备份的用户磁盘配额已用尽。" },
      { "Raise the quota or remove old backups, then start the backup again.",
        "提高配额或删除旧备份，然后重新发起备份。" } },
    { "1045",
      { "The database refused the user name or the password.",
        "数据库拒绝了用户名或密码。" },
      { "Correct the account or the password that the agent uses for this "
        "cluster; backup-tasks-ctl cluster check tells whether it works.",
        "修正代理访问该集群所用的账号或密码；可用 backup-ta"
        "sks-ctl cluster check 验证。" } },
    { "1236",
      { "The database no longer has the binary log from which the stream "
        "would go on: the log backup has a gap.",
        "数据库已没有续传所需的二进制日志，日志备份出现断档。" },
      { "Restart the log backup and take a full data backup; let the database "
        "keep its binary log longer.",
        "重启日志备份并做一次全量数据备份，同时延长数据库二进制日志的"
        "保留时间。" } },
    { "2002",
      { "The database could not be reached: it does not run, or nothing "
        "listens at its address.",
        "无法连接数据库：数据库未运行，或地址上没有监听。" },
      { "Check that the database runs and that the address in the "
        "registration is right, then start the backup again.",
        "检查数据库是否运行、登记的地址是否正确，然后重新发起备份。" } },
    { "2003",
      { "The database could not be reached: it does not run, or nothing "
        "listens at its address.",
        "无法连接数据库：数据库未运行，或地址上没有监听。" },
      { "Check that the database runs and that the address in the "
        "registration is right, then start the backup again.",
        "检查数据库是否运行、登记的地址是否正确，然后重新发起备份。" } },
    { "2013",
      { "The connection to the database broke off in the middle.",
        "与数据库的连接中途断开。" },
      { "Look whether the database was restarted at this time, and at the "
        "network between; then start the backup again.",
        "查看数据库此时是否重启以及两者之间的网络，然后重新发起备份。" } },
    { "-1227",
      { "The account that the agent uses may not run the statement.",
        "代理使用的账号无权执行该语句。" },
      { "Use an account of the sys tenant and grant it ALTER SYSTEM there; "
        "only from the sys tenant may a statement name another tenant. "
        "backup-tasks-ctl cluster check tells what is missing.",
        "使用 sys 租户的账号并授予 ALTER SYSTEM 权"
        "限；只有在 sys 租户中才能指定其他租户。可用 backu"
        "p-tasks-ctl cluster check 查看缺少"
        "什么。" } },
    { "-5036",
      { "The account that the agent uses may not run the statement.",
        "代理使用的账号无权执行该语句。" },
      { "Use an account of the sys tenant and grant it ALTER SYSTEM there; "
        "only from the sys tenant may a statement name another tenant. "
        "backup-tasks-ctl cluster check tells what is missing.",
        "使用 sys 租户的账号并授予 ALTER SYSTEM 权"
        "限；只有在 sys 租户中才能指定其他租户。可用 backu"
        "p-tasks-ctl cluster check 查看缺少"
        "什么。" } },
    { "-1235",
      { "This version or edition of the cluster does not support the "
        "statement.",
        "集群的当前版本或发行版不支持该语句。" },
      { "Look at the version on the cluster's Overview and in its manual at "
        "what it supports.",
        "在集群概览中查看版本，并在该版本手册中确认支持的语句。" } },
    { "-4007",
      { "This version or edition of the cluster does not support the "
        "statement.",
        "集群的当前版本或发行版不支持该语句。" },
      { "Look at the version on the cluster's Overview and in its manual at "
        "what it supports.",
        "在集群概览中查看版本，并在该版本手册中确认支持的语句。" } },
    { "-4009",
      { "Reading or writing the backup storage failed.",
        "读写备份存储失败。" },
      { "Check the mount, its permissions and the storage's own log on the "
        "server that the text names.",
        "在报错所指的服务器上检查挂载、权限以及存储自身的日志。" } },
    { "-4012",
      { "A step took longer than its time limit.",
        "某一步骤超过了时限。" },
      { "Look at the load of the servers and of the backup storage, then "
        "start the backup again.",
        "检查服务器和备份存储的负载，然后重新发起备份。" } },
    { "-4016",
      { "The server met something that it did not expect, and has no better "
        "word for it.",
        "服务器遇到未预期的情况，没有更具体的错误码。" },
      { "Search the observer.log of the server that the text names for the "
        "trace ID: the lines before it say what happened.",
        "在报错所指服务器的 observer.log 中按跟踪 ID"
        " 查找，其前面的日志说明发生了什么。" } },
    { "-4018",
      { "A file or record that must exist was not found, often on storage "
        "that lost it.",
        "必须存在的文件或记录找不到，通常是备份存储丢失了它。" },
      { "Check that the backup directory is mounted on every server and that "
        "nobody removed files by hand.",
        "检查备份目录在每台服务器上都已挂载，且没有人手工删除文件。" } },
    { "-4023",
      { "The cluster was busy and asks to try again.",
        "集群繁忙，需要重试。" },
      { "It repeats by itself; look again if it stays for more than an hour.",
        "系统会自动重试；如持续一小时以上，请再检查。" } },
    { "-4114",
      { "What was asked for is switched off in this build: 3.1.0 Community "
        "Edition has no log archiving.",
        "该功能在此版本中被关闭：3.1.0 社区版没有日志归档。" },
      { "Upgrade the cluster to a version with log archiving, then start "
        "again.",
        "将集群升级到支持日志归档的版本后重新启动。" } },
    { "-4179",
      { "The cluster does not allow this in its present state, while it is "
        "upgraded or a snapshot of the tenant exists, for instance.",
        "集群在当前状态下不允许此操作，例如正在升级或租户存在快照。" },
      { "Let what runs there end (upgrade, restore, snapshot), then try "
        "again; the text says which it is.",
        "等待正在进行的操作（升级、恢复、快照）结束后重试；报错文字说"
        "明是哪一种。" } },
    { "-5160",
      { "The cluster has no tenant of this name any more.",
        "集群中已没有此名称的租户。" },
      { "Look at the tenants on the cluster's Overview: it was dropped or "
        "renamed. Choose again.",
        "在集群概览中查看租户：它已被删除或改名。请重新选择。" } },
    { "-9022",
      { "A schema object was dropped while the backup ran.",
        "备份过程中有对象被删除。" },
      { "Start the backup again.",
        "请重新发起备份。" } },
    { "-9023",
      { "The tenant cannot archive its log now: it is being created, restored "
        "or dropped, is in the recycle bin, or log backup runs already.",
        "租户当前无法开启日志备份：正在创建、恢复或删除，在回收站中，"
        "或日志备份已在运行。" },
      { "Look at the tenant's state on the cluster's Overview; start again "
        "when it is normal.",
        "在集群概览中查看租户状态，恢复正常后重新启动。" } },
    { "-9024",
      { "Log backup was off already.",
        "日志备份已处于关闭状态。" },
      { "Nothing to do.",
        "无需处理。" } },
    { "-9025",
      { "The backup destination holds backups of another cluster or tenant.",
        "备份目的地中存有其他集群或租户的备份。" },
      { "Choose an empty directory of its own for this tenant.",
        "请为该租户选择一个独立的空目录。" } },
    { "-9026",
      { "The backup destination is not set or is not valid: nothing is backed "
        "up.",
        "备份目的地未设置或无效：没有进行任何备份。" },
      { "Set it: LOG_ARCHIVE_DEST for log backup, DATA_BACKUP_DEST for data "
        "backup (before 4.x: backup_dest), then start again.",
        "设置目的地：日志备份为 LOG_ARCHIVE_DEST，数"
        "据备份为 DATA_BACKUP_DEST（4.x 之前为 "
        "backup_dest），然后重新启动。" } },
    { "-9027",
      { "Log backup was interrupted. It does not go on by itself, and no "
        "moment after the last restorable one can be restored.",
        "日志备份已中断，不会自行恢复；最后可恢复时刻之后的时间点无法"
        "恢复。" },
      { "Look at the destination first: reachable, writable, not full? Then "
        "restart the log backup and take a full data backup.",
        "先检查目的地是否可达、可写、未满；然后重启日志备份，并做一次"
        "全量数据备份。" } },
    { "-9028",
      { "The servers of the cluster disagree about the state of log backup.",
        "集群各服务器的日志备份状态不一致。" },
      { "Wait some minutes: states follow one another. If it stays, stop the "
        "log backup, wait until it is Stopped, and start it.",
        "等待几分钟，状态会逐步一致；如仍不一致，停止日志备份，待变为"
        "已停止后再启动。" } },
    { "-9029",
      { "Log backup does not run, though it may be switched on: no round has "
        "begun.",
        "日志备份未运行：可能已开启，但没有轮次开始。" },
      { "Check that a destination is set and reachable, then start the log "
        "backup and wait until it is In Progress.",
        "检查目的地已设置且可达，然后启动日志备份，等待状态变为进行中"
        "。" } },
    { "-9030",
      { "The round of log backup that was named is not valid any more.",
        "指定的日志备份轮次已无效。" },
      { "Look at the rounds on the page of the log backup; stop and start it "
        "for a new round.",
        "在日志备份页面查看轮次；停止后重新启动以开始新的轮次。" } },
    { "-9034",
      { "The backup was stopped already.",
        "备份已经停止。" },
      { "Nothing to do.",
        "无需处理。" } },
    { "-9036",
      { "Another data backup of this tenant is running.",
        "该租户的另一个数据备份正在运行。" },
      { "Wait until it has ended; move one of the two schedules.",
        "等待其结束，并错开两个调度时间。" } },
    { "-9037",
      { "The backup is in a state that does not fit what was asked for.",
        "备份所处状态与操作不符。" },
      { "Look at its present state, wait until it has ended, then ask again.",
        "查看其当前状态，等待结束后再操作。" } },
    { "-9040",
      { "The data backup could not start: log backup was not In Progress, no "
        "destination is set, the cluster is being upgraded, or the tenant was "
        "not normal.",
        "数据备份无法启动：日志备份未处于进行中、未设置目的地、集群正"
        "在升级，或租户状态不正常。" },
      { "Start the log backup and wait until it is In Progress, then start "
        "the data backup again; the text says which of these it was.",
        "启动日志备份并等待其变为进行中，再重新发起数据备份；报错文字"
        "说明是哪一种。" } },
    { "-9041",
      { "The backup cannot be canceled in its present state.",
        "备份在当前状态下无法取消。" },
      { "Wait until it has ended by itself.",
        "请等待其自行结束。" } },
    { "-9044",
      { "A cleanup of backups is running.",
        "备份清理正在运行。" },
      { "Wait until it has ended, then try again.",
        "等待其结束后重试。" } },
    { "-9047",
      { "The password of the encrypted backup is wrong.",
        "加密备份的密码不正确。" },
      { "Set the right backup password and try again.",
        "设置正确的备份密码后重试。" } },
    { "-9049",
      { "What was to be canceled had ended already.",
        "要取消的任务已经结束。" },
      { "Nothing to do; look at how it ended.",
        "无需处理，可查看其结果。" } },
    { "-9050",
      { "The second backup cannot start.",
        "二次备份无法启动。" },
      { "Check that its destination (backup_backup_dest) is set and reachable "
        "and that the first backup is complete, then start it again.",
        "检查其目的地（backup_backup_dest）已设置且"
        "可达，且首次备份已完成，然后重新发起。" } },
    { "-9053",
      { "The cleanup cannot be canceled in its present state.",
        "备份清理在当前状态下无法取消。" },
      { "Wait until it has ended by itself.",
        "请等待其自行结束。" } },
    { "-9059",
      { "The backup has as many second backups as are allowed.",
        "该备份的二次备份次数已达上限。" },
      { "Remove an old copy or raise the limit.",
        "删除旧的副本或提高上限。" } },
    { "-9070",
      { "The backup storage cannot be reached from the servers.",
        "服务器无法访问备份存储。" },
      { "Check network, mount and address of the storage from every server.",
        "在每台服务器上检查到存储的网络、挂载和地址。" } },
    { "-9071",
      { "The backup storage refused access.",
        "备份存储拒绝访问。" },
      { "Correct the permissions or the access key of the storage, on every "
        "server.",
        "在每台服务器上修正存储的权限或访问密钥。" } },
    { "-9077",
      { "The log that was backed up has a gap between two rounds.",
        "已备份的日志在两个轮次之间不连续。" },
      { "Take a full data backup; restore only to points after it.",
        "做一次全量数据备份；只能恢复到其之后的时间点。" } },
    { "-9079",
      { "Log that a restore would need has been cleaned away.",
        "恢复所需的日志已被清理。" },
      { "Take a full data backup and keep log backups longer.",
        "做一次全量数据备份，并延长日志备份的保留时间。" } },
    { "-9082",
      { "The backup storage is full.",
        "备份存储空间已满。" },
      { "Free space or enlarge the storage, then start the backup again; "
        "check whether cleanup runs.",
        "释放空间或扩容后重新发起备份，并检查清理任务是否正常。" } },
    { "-9087",
      { "The cluster reused its log before it was backed up: the log backup "
        "has a gap.",
        "日志在备份之前已被回收，日志备份出现断档。" },
      { "Restart the log backup, take a full data backup, and give the log "
        "disk or the archive bandwidth more room.",
        "重启日志备份并做一次全量数据备份，同时扩大日志盘或归档带宽。" } },
    { "-9091",
      { "Log backup was on already.",
        "日志备份已处于开启状态。" },
      { "If it is Interrupted, use Restart.",
        "如状态为已中断，请使用重启。" } },
    { "-9092",
      { "Log backup was off already.",
        "日志备份已处于关闭状态。" },
      { "Nothing to do.",
        "无需处理。" } },
    { "-9138",
      { "No replica of a part of the data was able to do the backup.",
        "部分数据没有可执行备份的副本。" },
      { "Look for servers that are down or far behind, then start again.",
        "检查是否有服务器宕机或副本严重落后，然后重新发起备份。" } }
};


static const char *
digits(const char *code)
{
    return *code == '-' ? code + 1 : code;
}


const bt_cause *
bt_cause_find(const char *code)
{
    size_t  i;

    for (i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
        if (strcmp(digits(causes[i].code), digits(code)) == 0) {
            return &causes[i];
        }
    }

    return NULL;
}
