/* adapter.c: the adapters by name. */

#include "agent/adapter.h"

static const bt_adapter *const adapters[] = {
    &bt_adapter_oceanbase4, &bt_adapter_oceanbase2, &bt_adapter_program,
    NULL
};

const bt_adapter *
bt_adapter_by_name(bt_str name)
{
    for (size_t i = 0; adapters[i] != NULL; i++) {
        if (bt_str_eqz(name, adapters[i]->name)) {
            return adapters[i];
        }
    }
    return NULL;
}
