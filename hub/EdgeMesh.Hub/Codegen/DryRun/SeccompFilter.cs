using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;

namespace EdgeMesh.Hub.Codegen.DryRun;

/// <summary>The sandbox's system-call filter, as a classic BPF program for seccomp(2): the last line behind the namespaces, which already
/// leave nothing to reach. No sockets, no new processes, no mounts, no signals, no change to any file.</summary>
internal static class SeccompFilter
{
    // Of linux/seccomp.h, linux/audit.h, linux/bpf_common.h and linux/sched.h.
    private const uint Allow = 0x7fff0000, Refuse = 0x00050000, KillProcess = 0x80000000;
    private const ushort LoadWord = 0x20, JumpIfEqual = 0x15, JumpIfAtLeast = 0x35, JumpIfAnyBit = 0x45, Return = 0x06;
    private const uint NumberOffset = 0, ArchitectureOffset = 4, FirstArgumentOffset = 16;
    private const uint ArchitectureX64 = 0xc000003e, ArchitectureArm64 = 0xc00000b7;
    private const uint FirstX32Call = 0x40000000;
    private const uint CloneThread = 0x10000;
    private const uint NotPermitted = 1, NotThere = 38;

    // clone3 takes its flags by pointer, which a filter cannot read: it is said not to be there, and threads come by clone.
    private const uint Clone3 = 435;

    // Of both architectures from 424 on: pidfd_send_signal, io_uring, the new mount calls, pidfd_open and pidfd_getfd, mount_setattr.
    private static readonly uint[] Common = [424, 425, 426, 427, 428, 429, 430, 431, 432, 433, 434, 438, 442];

    // asm/unistd_64.h: sockets (41-55, 288, 299, 307), fork, vfork, kill, tkill, changes to files (76, 77, 82-95, 133, 258-268, 316), ptrace,
    // mounts and namespaces (155, 161, 165, 166, 272, 308), machine (163, 164, 167-170, 172, 173, 175, 176, 179, 227, 246, 313, 320), keys,
    // kernel surfaces (135, 248-250, 298, 303, 304, 310, 311, 321, 323).
    private static readonly uint[] X64 =
    [
        41, 42, 43, 44, 45, 46, 47, 49, 50, 53, 57, 58, 62, 76, 77, 82, 83, 84, 85, 86, 87, 88, 90, 91, 92, 93, 94, 101, 133, 135, 155, 161, 163, 164, 165, 166, 167, 168,
        169, 170, 172, 173, 175, 176, 179, 200, 227, 246, 248, 249, 250, 258, 259, 260, 263, 264, 265, 266, 268, 272, 288, 298, 299, 303, 304, 307, 308, 310, 311, 313, 316,
        320, 321, 323,
    ];

    // asm-generic/unistd.h: the same calls.
    private static readonly uint[] Arm64 =
    [
        33, 34, 35, 36, 37, 38, 39, 40, 41, 45, 46, 51, 52, 53, 54, 55, 60, 89, 92, 97, 104, 105, 106, 112, 117, 129, 130, 142, 161, 170, 198, 199, 200, 201, 202, 203, 206, 207,
        211, 212, 217, 218, 219, 224, 225, 241, 242, 243, 264, 265, 268, 269, 270, 271, 273, 276, 280, 282, 294,
    ];

    /// <summary>Whether there is a filter for this machine.</summary>
    internal static bool IsAvailable => RuntimeInformation.OSArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <summary>The filter for this machine, as an array of <c>struct sock_filter</c>.</summary>
    internal static byte[] Create()
    {
        bool x64 = RuntimeInformation.OSArchitecture == Architecture.X64;
        List<(ushort Code, byte IfTrue, byte IfFalse, uint Value)> program =
        [
            (LoadWord, 0, 0, ArchitectureOffset), (JumpIfEqual, 1, 0, x64 ? ArchitectureX64 : ArchitectureArm64), (Return, 0, 0, KillProcess),
            (LoadWord, 0, 0, NumberOffset), (JumpIfAtLeast, 0, 1, FirstX32Call), (Return, 0, 0, KillProcess),
            (JumpIfEqual, 0, 1, Clone3), (Return, 0, 0, Refuse | NotThere),
        ];
        foreach (uint number in (x64 ? X64 : Arm64).Concat(Common))
        {
            program.Add((JumpIfEqual, 0, 1, number));
            program.Add((Return, 0, 0, Refuse | NotPermitted));
        }

        program.AddRange(
        [
            (JumpIfEqual, 0, 3, x64 ? 56u : 220u), (LoadWord, 0, 0, FirstArgumentOffset), (JumpIfAnyBit, 1, 0, CloneThread), (Return, 0, 0, Refuse | NotPermitted),
            (Return, 0, 0, Allow),
        ]);
        return [.. program.SelectMany(i => (byte[])[.. BitConverter.GetBytes(i.Code), i.IfTrue, i.IfFalse, .. BitConverter.GetBytes(i.Value)])];
    }
}
