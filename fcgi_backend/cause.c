/* cause.c: what error codes mean and what helps, in English and Chinese. */

#include "fcgi_backend/cause.h"

#include <stddef.h>
#include <string.h>


/* Sources: OceanBase ob_errno.def and its manuals' pages on backup. */
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
    { "-4012",
      { "A step took longer than its time limit.",
        "某一步骤超过了时限。" },
      { "Look at the load of the servers and of the backup storage, then start"
        " the backup again.",
        "检查服务器和备份存储的负载，然后重新发起备份。" } },
    { "-4018",
      { "A file or record that must exist was not found, often on storage"
        " that lost it.",
        "必须存在的文件或记录找不到，通常是备份存储丢失了它。" },
      { "Check that the backup directory is mounted on every server and that"
        " nobody removed files by hand.",
        "检查备份目录在每台服务器上都已挂载，且没有人手工删除文件。" } },
    { "-4009",
      { "Reading or writing the backup storage failed.",
        "读写备份存储失败。" },
      { "Check the mount, its permissions and the storage's own log on the"
        " server that the text names.",
        "在报错所指的服务器上检查挂载、权限以及存储自身的日志。" } },
    { "-4023",
      { "The cluster was busy and asks to try again.",
        "集群繁忙，需要重试。" },
      { "It repeats by itself; look again if it stays for more than an hour.",
        "系统会自动重试；如持续一小时以上，请再检查。" } },
    { "-4179",
      { "The cluster does not allow this in its present state.",
        "集群在当前状态下不允许此操作。" },
      { "Finish what runs there (upgrade, restore, snapshot), then try again.",
        "等待集群上正在进行的操作（升级、恢复、快照）结束后重试。" } },
    { "-9022",
      { "A schema object was dropped while the backup ran.",
        "备份过程中有对象被删除。" },
      { "Start the backup again.", "请重新发起备份。" } },
    { "-9023",
      { "The tenant cannot archive its log now: it is being created, restored"
        " or dropped, or log backup runs already.",
        "租户当前无法开启日志备份：正在创建、恢复或删除，或日志备份已在运行。" },
      { "Look at the tenant's state; try again when it is normal.",
        "查看租户状态，恢复正常后重试。" } },
    { "-9024",
      { "Log backup was off already.", "日志备份已处于关闭状态。" },
      { "Nothing to do.", "无需处理。" } },
    { "-9025",
      { "The backup destination holds backups of another cluster or tenant.",
        "备份目的地中存有其他集群或租户的备份。" },
      { "Choose an empty directory of its own for this tenant.",
        "请为该租户选择一个独立的空目录。" } },
    { "-9026",
      { "The backup destination is not set or is not valid.",
        "备份目的地未设置或无效。" },
      { "Set LOG_ARCHIVE_DEST or DATA_BACKUP_DEST, then start again.",
        "设置 LOG_ARCHIVE_DEST 或 DATA_BACKUP_DEST 后重新启动。" } },
    { "-9027",
      { "Log backup was interrupted: restore to a point after this is not"
        " possible until it runs again.",
        "日志备份已中断：在恢复运行之前，无法恢复到此后的时间点。" },
      { "Restart the log backup, then take a full data backup.",
        "重启日志备份，然后做一次全量数据备份。" } },
    { "-9029",
      { "Log backup is not running.", "日志备份未运行。" },
      { "Start the log backup, wait until it is In Progress, then back up.",
        "启动日志备份，等待状态变为进行中后再备份。" } },
    { "-9034",
      { "The backup was stopped already.", "备份已经停止。" },
      { "Nothing to do.", "无需处理。" } },
    { "-9036",
      { "Another data backup of this tenant is running.",
        "该租户的另一个数据备份正在运行。" },
      { "Wait until it has ended; move one of the two schedules.",
        "等待其结束，并错开两个调度时间。" } },
    { "-9040",
      { "The data backup could not start because log backup was not In"
        " Progress, or the tenant was not ready for a backup.",
        "数据备份无法启动：日志备份未处于进行中，或租户不满足备份条件。" },
      { "Start the log backup and wait until it is In Progress, then start the"
        " data backup again.",
        "启动日志备份，等待其状态变为进行中，再重新发起数据备份。" } },
    { "-9041",
      { "The backup cannot be canceled in its present state.",
        "备份在当前状态下无法取消。" },
      { "Wait until it has ended by itself.", "请等待其自行结束。" } },
    { "-9044",
      { "A cleanup of backups is running.", "备份清理正在运行。" },
      { "Wait until it has ended, then try again.", "等待其结束后重试。" } },
    { "-9047",
      { "The password of the encrypted backup is wrong.",
        "加密备份的密码不正确。" },
      { "Set the right backup password and try again.",
        "设置正确的备份密码后重试。" } },
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
      { "The backup storage refused access.", "备份存储拒绝访问。" },
      { "Correct the permissions or the access key of the storage, on every"
        " server.",
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
      { "The backup storage is full.", "备份存储空间已满。" },
      { "Free space or enlarge the storage, then start the backup again; check"
        " whether cleanup runs.",
        "释放空间或扩容后重新发起备份，并检查清理任务是否正常。" } },
    { "-9087",
      { "The cluster reused its log before it was backed up: the log backup has"
        " a gap.",
        "日志在备份之前已被回收，日志备份出现断档。" },
      { "Restart the log backup, take a full data backup, and give the log disk"
        " or the archive bandwidth more room.",
        "重启日志备份并做一次全量数据备份，同时扩大日志盘或归档带宽。" } },
    { "-9091",
      { "Log backup was on already.", "日志备份已处于开启状态。" },
      { "If it is Interrupted, use Restart.", "如状态为已中断，请使用重启。" } },
    { "-9092",
      { "Log backup was off already.", "日志备份已处于关闭状态。" },
      { "Nothing to do.", "无需处理。" } },
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
