# Where everything goes, for `cmake --install`, for the Debian package (target `package`) and for the
# RPM package (scripts/build-rpm). What a host has no use for is left out by an option:
#
#   cmake --preset release -DXVLAN_SYSTEMD=OFF -DXVLAN_OPENRC=ON    # Alpine, Gentoo with OpenRC

option(XVLAN_SYSTEMD "Install the unit, and the files for udev and systemd-networkd" ON)
option(XVLAN_OPENRC "Install the OpenRC script, /etc/init.d/xvlan" OFF)
option(XVLAN_COMPLETION "Install what completes command lines in bash and zsh" ON)
option(XVLAN_DEBIAN "Install what only a Debian package has: its copyright and changelog" ON)

set(XVLAN_UNIT_DIR lib/systemd/system CACHE STRING "Folder of systemd's units")
set(XVLAN_UDEV_RULES_DIR lib/udev/rules.d CACHE STRING "Folder of udev's rules")
set(XVLAN_NETWORKD_DIR lib/systemd/network CACHE STRING "Folder of networkd's and udev's links")
set(XVLAN_BASH_DIR share/bash-completion/completions CACHE STRING "Folder of bash's completions")
set(zsh_folder share/zsh/site-functions)
if(EXISTS /etc/debian_version)
  set(zsh_folder share/zsh/vendor-completions)
endif()
set(XVLAN_ZSH_DIR ${zsh_folder} CACHE STRING "Folder of zsh's completions")
mark_as_advanced(XVLAN_UNIT_DIR XVLAN_UDEV_RULES_DIR XVLAN_NETWORKD_DIR XVLAN_BASH_DIR XVLAN_ZSH_DIR)
set(xen_folder /etc/xen)  # Xen's toolstacks look nowhere else, whatever the prefix
set(staging ${PROJECT_BINARY_DIR}/install)

# Compresses files as Debian wants documentation: the best that can be had, and no time stamp.
find_program(GZIP gzip REQUIRED)
function(xvlan_compress source name)
  set(compressed ${staging}/${name}.gz)
  add_custom_command(OUTPUT ${compressed}
    COMMAND sh -c "'${GZIP}' --best --no-name --stdout '${source}' >'${compressed}'"
    DEPENDS ${source} VERBATIM)
  add_custom_target(compress_${name} ALL DEPENDS ${compressed})
endfunction()

file(MAKE_DIRECTORY ${staging})
xvlan_compress(${PROJECT_SOURCE_DIR}/man/xvlan.8 xvlan.8)
xvlan_compress(${PROJECT_SOURCE_DIR}/man/xvlan.conf.5 xvlan.conf.5)
xvlan_compress(${PROJECT_SOURCE_DIR}/man/xvlan-evpn.7 xvlan-evpn.7)
xvlan_compress(${PROJECT_SOURCE_DIR}/scripts/debian/changelog changelog)
configure_file(scripts/xvlan.service.in ${staging}/xvlan.service @ONLY)
configure_file(scripts/openrc/xvlan.in ${staging}/openrc/xvlan @ONLY)

install(TARGETS xvlan DESTINATION ${CMAKE_INSTALL_SBINDIR})
install(PROGRAMS scripts/hooks/call-hook DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/xvlan)
install(FILES ${staging}/xvlan.8.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)
install(FILES ${staging}/xvlan.conf.5.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES ${staging}/xvlan-evpn.7.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man7)
if(XVLAN_SYSTEMD)
  install(FILES ${staging}/xvlan.service DESTINATION ${XVLAN_UNIT_DIR})
  install(FILES udev/70-xvlan-links.rules udev/85-xvlan-trunk.rules
          DESTINATION ${XVLAN_UDEV_RULES_DIR})
  install(FILES udev/00-xvlan.network udev/00-xvlan-tap.link DESTINATION ${XVLAN_NETWORKD_DIR})
endif()
if(XVLAN_OPENRC)
  install(PROGRAMS ${staging}/openrc/xvlan DESTINATION /etc/init.d)
endif()
install(FILES README.md man/xvlan.schema.json DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES xend-config/xend-config.sxp xend-config/xl.conf xend-config/guest.cfg
              xend-config/xvlan-check.service xend-config/xvlan-check.timer
              udev/85-xvlan-vif.rules
        DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
install(FILES ${staging}/openrc/xvlan DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples
        RENAME xvlan.openrc)

# The names by which a toolstack, or a person, calls the program.
function(xvlan_link folder name target)
  file(MAKE_DIRECTORY ${staging}/links/${folder})
  file(CREATE_LINK ${target} ${staging}/links/${folder}/${name} SYMBOLIC)
  install(FILES ${staging}/links/${folder}/${name} DESTINATION ${folder})
endfunction()
xvlan_link(${CMAKE_INSTALL_SBINDIR} xvlan-vif xvlan)
xvlan_link(${xen_folder}/scripts network-xvlan ${CMAKE_INSTALL_FULL_SBINDIR}/xvlan)
xvlan_link(${xen_folder}/scripts vif-xvlan ${CMAKE_INSTALL_FULL_SBINDIR}/xvlan)
xvlan_link(${CMAKE_INSTALL_MANDIR}/man8 xvlan-vif.8.gz xvlan.8.gz)

# What the shells call is looked for by the command's name, or says it itself.
if(XVLAN_COMPLETION)
  install(FILES scripts/completion/xvlan DESTINATION ${XVLAN_BASH_DIR})
  foreach(name IN ITEMS xvlan-vif network-xvlan vif-xvlan)
    xvlan_link(${XVLAN_BASH_DIR} ${name} xvlan)
  endforeach()
  install(FILES scripts/completion/_xvlan DESTINATION ${XVLAN_ZSH_DIR})
endif()

# What the administrator has written there stays.
install(CODE "
  if(NOT EXISTS \"\$ENV{DESTDIR}${xen_folder}/xvlan.conf\")
    file(INSTALL \"${PROJECT_SOURCE_DIR}/xend-config/xvlan.conf\" DESTINATION \"${xen_folder}\")
  endif()")

# The Debian package ------------------------------------------------------------------------------

set(debian ${PROJECT_SOURCE_DIR}/scripts/debian)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "xvlan maintainers <maintainers@xvlan.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_DESCRIPTION
"xvlan takes the place of Xen's network-bridge and vif-bridge scripts on a host
whose guests live on the VLANs of one NIC. At boot it makes a bridge for each
VLAN, without any address in dom0; when a guest starts, it puts the guest's vif
on the bridge that the domain's configuration names.
.
It works with xl, libvirt and xend, in dom0 and in driver domains.")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR})
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS kmod)  # loads 8021q and bridge when the kernel asks for them
set(CPACK_DEBIAN_PACKAGE_ENHANCES xen-utils-common)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ${XVLAN_SHARED})
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${debian}/conffiles ${debian}/postinst ${debian}/prerm ${debian}/postrm)

if(XVLAN_DEBIAN)
  install(FILES ${debian}/copyright ${staging}/changelog.gz DESTINATION ${CMAKE_INSTALL_DOCDIR})
  install(FILES ${debian}/lintian-overrides
          DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides RENAME xvlan)
endif()

include(CPack)
