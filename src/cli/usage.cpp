#include "cli/usage.hpp"

namespace cli {

const char* const usage_text =
    R"(usage: xvlan network start|stop|status|check|import|listen [key=value...]
       xvlan vif online|offline|add|remove|move|status [VIF] [key=value...]

  network start    create the VLAN links and bridges of the trunk
  network stop     delete what 'start' created and no guest uses
  network status   show them: a table, or one line for each VLAN
  network check    print differences from the configuration, if any
  network import   print an xvlan.conf for the VLANs that are there
  network listen   show which VLANs arrive on the trunk; sends nothing
  vif EVENT        attach or detach VIF, or the vif at $XENBUS_PATH
  vif move VIF     move it to other VLANs: vlan=9, or bridge=br9
  vif status       show all vifs, or VIF: what is wanted and what is there

As network-xvlan, vif-xvlan or xvlan-vif, it takes the first word from its name.

options of both, as key=value or --key=value:
  config=FILE         /etc/xen/xvlan.conf if not given
  ifcfg=FOLDER        Red Hat's ifcfg-* files, used if no VLAN is named;
                      /etc/sysconfig/network-scripts if not given
  dry-run             print the operations, change nothing
  -h, --help          print this text
      --version       print the version
  json                status, listen: print JSON, for programs
  no-color            status: no colour on a terminal
options of network:
  netdev=LINK         NIC that carries the tagged frames, such as eth1
  vlans=LIST          VLAN IDs, such as 4,10-20
  mtu=BYTES           for VLAN links and bridges; the trunk's if not given
  vlan-name=NAME      template for a VLAN link's name, %t.%v if not given
  bridge-name=NAME    template for a bridge's name, br%v if not given
  vlan-aware=yes      use one VLAN-aware bridge for all VLANs of the trunk
  bridge=NAME         its name, xenbr0 if not given; without vlan-aware the
                      same as bridge-name, as in network-bridge
  guest-tags=yes      let a guest's own VLAN tags pass its port
  multicast-snooping=yes
                      let bridges snoop IGMP and MLD
  wait=SECONDS        for a trunk that is not there yet, 10 if not given
  vxlan=ADDRESS       in place of netdev: VXLAN tunnels from this address
  vni-base=NUMBER     a VLAN's VNI is this and its VLAN ID
  vxlan-name=NAME     template for a VXLAN link's name, vx%v if not given
  vxlan-single=yes    use one VXLAN device for all VLANs
  port=PORT           UDP port of VXLAN, 4789 if not given
  underlay=LINKS      by which tunnels leave, if the address is on lo
  force=yes           stop: delete bridges that guests use, too
  quiet               check: print nothing, only set the exit status
  nagios              check: one line and the exit status of a Nagios plugin
  seconds=N           listen: how long, 1 to 3600; 10 if not given
options of vif:
  bridge=LINK         if xenstore names no bridge
  vlan=LIST           if xenstore names no VLANs: 10, or 5p/10/20-30 for 5
                      without tags, and 10 and 20 to 30 with tags
  mac=MAC, ip=LIST    of the guest, if xenstore names none: for antispoof
  mtu=BYTES           if xenstore names no MTU; the VLAN's if not given
  type_if=vif|tap     what VIF is
exit status: 0 done, 1 refused, host as before, 2 usage error, 3 partly done
)";

}  // namespace cli
