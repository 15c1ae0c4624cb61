/* bt_holder.c: the values of the SQL that asks for a lease. */

#include "bt_holder.h"

void
bt_holder_bind(const bt_holder *holder, bt_value values[BT_HELD_VALUES])
{
    values[0] = bt_int(holder->id);
    values[1] = bt_int(holder->id);
    values[2] = bt_time(holder->started);
}
