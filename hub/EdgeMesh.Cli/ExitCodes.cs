using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Commands;

namespace EdgeMesh.Cli;

/// <summary>What the shell is told: one exit code a class of outcome, and which <see cref="ErrorCodes"/> belong to it.</summary>
public static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>A defect, or the disk failed.</summary>
    public const int Internal = 1;

    /// <summary>The command line or the configuration is wrong.</summary>
    public const int Usage = 2;

    /// <summary>No such device, firmware, update, command, token, publisher or enrolment.</summary>
    public const int NotFound = 3;

    /// <summary>The hub, the policy for programs, or the device refused.</summary>
    public const int Refused = 4;

    /// <summary>It exists already, or is in use.</summary>
    public const int Conflict = 5;

    /// <summary>The hub, its broker, a model or the board cannot be reached, or there is no sandbox or mpremote.</summary>
    public const int Unavailable = 6;

    /// <summary>The wait ended before the outcome was known.</summary>
    public const int Timeout = 7;

    /// <summary>The update failed or was rolled back.</summary>
    public const int UpdateFailed = 8;

    /// <summary>The audit log was tampered with, or the disk damaged it.</summary>
    public const int AuditBroken = 9;

    /// <summary>Ended by Ctrl-C or SIGTERM: 128 and the number of SIGINT, as shells have it.</summary>
    public const int Interrupted = 130;

    /// <summary>Every exit code, its meaning, and the error codes it stands for.</summary>
    public static IReadOnlyList<(int ExitCode, string Meaning, string[] ErrorCodes)> Table { get; } =
    [
        (Ok, "done", []),
        (Internal, "a defect of EdgeMesh, or the disk failed", [ErrorCodes.Internal, ErrorCodes.StorageFailed]),
        (Usage, "the command line or the configuration is wrong", [ErrorCodes.InvalidArgument]),
        (NotFound, "no such device, firmware, update, command, token, publisher, enrolment, template or program", [ErrorCodes.EnrollmentUnknown, ErrorCodes.TokenUnknown, ErrorCodes.PublisherUnknown, ErrorCodes.CommandUnknown, ErrorCodes.DeviceUnknown, ErrorCodes.FirmwareUnknown, ErrorCodes.SessionUnknown, ErrorCodes.TemplateUnknown, ErrorCodes.ProgramUnknown]),
        (Refused, "refused by the hub, by the policy, or rejected by the device",
        [
            ErrorCodes.DeviceTypeMismatch, ErrorCodes.KindUnsupported, ErrorCodes.ImageTooLarge, ErrorCodes.RequirementMissing, ErrorCodes.SequenceNotAbove,
            ErrorCodes.ManifestExpired, ErrorCodes.ManifestInvalid, ErrorCodes.EncodingUnsupported, ErrorCodes.FirmwareDamaged, ErrorCodes.OtaDisabled,
            ErrorCodes.StorageFull, ErrorCodes.StaleSession, ErrorCodes.SignatureInvalid, ErrorCodes.Replayed, ErrorCodes.NoSession, ErrorCodes.MessageInvalid,
            ErrorCodes.MessageTooLarge, ErrorCodes.TopicForbidden, ErrorCodes.VersionUnsupported, ErrorCodes.CommandRepeated,
            ErrorCodes.Unauthorized, ErrorCodes.Forbidden, ErrorCodes.RateLimited,
            ErrorCodes.DeviceRevoked, ErrorCodes.ClockImplausible, ErrorCodes.CertificatesDisabled, ErrorCodes.DryRunFailed,
            ErrorCodes.TemplateInvalid, ErrorCodes.RequestEmpty, ErrorCodes.RequestTooLong, ErrorCodes.RequestForbidden, ErrorCodes.RequestUnsupported,
            ErrorCodes.RequestNotUnderstood, ErrorCodes.RequestContradictory, ErrorCodes.RequestOutOfRange, ErrorCodes.PinUnknown, ErrorCodes.PinReserved,
            ErrorCodes.PinInputOnly, ErrorCodes.PinNotAnalog, ErrorCodes.PinConflict,
            ErrorCodes.SignatureRequired, ErrorCodes.PublisherUntrusted, ErrorCodes.BoardUnsuitable,
            ErrorCodes.EnrollmentRefused, ErrorCodes.EnrollmentExhausted, ErrorCodes.EnrollmentCancelled,
            ErrorCodes.ProgramRefused, ErrorCodes.ProgramNotApproved, ErrorCodes.ProgramDamaged,
            ErrorCodes.ModelAnswerTooLong, ErrorCodes.ModelNoProgram, ErrorCodes.ModelProgramRefused, ErrorCodes.ModelBudgetSpent, ErrorCodes.RedactionIncomplete,
        ]),
        (Conflict, "it exists already, or is in use",
        [
            ErrorCodes.DeviceExists, ErrorCodes.FirmwareExists, ErrorCodes.FirmwareInUse, ErrorCodes.SessionExists, ErrorCodes.TrialInProgress,
            ErrorCodes.DeviceNotRevoked, ErrorCodes.RotationInProgress, ErrorCodes.CommandSent, ErrorCodes.QueueFull, ErrorCodes.TokenExists,
            ErrorCodes.PublisherExists, ErrorCodes.EnrollmentWait,
        ]),
        (Unavailable, "the hub, its broker, a model or the board cannot be reached, or there is no sandbox or mpremote",
        [
            ErrorCodes.HubUnavailable, ErrorCodes.BrokerUnavailable, ErrorCodes.SandboxUnavailable, ErrorCodes.ModelUnavailable, ErrorCodes.ModelAnswerInvalid,
            ErrorCodes.MpremoteMissing, ErrorCodes.BoardUnavailable,
        ]),
        (Timeout, "the wait ended before the outcome was known", [ErrorCodes.WaitTimeout, ErrorCodes.CommandExpired, ErrorCodes.EnrollmentExpired, ErrorCodes.ModelTimeout]),
        (UpdateFailed, "the update failed or was rolled back",
        [
            ErrorCodes.Aborted, ErrorCodes.OfferTimeout, ErrorCodes.ChunkAckTimeout, ErrorCodes.VerifyTimeout, ErrorCodes.SessionExpired, ErrorCodes.HashMismatch,
            ErrorCodes.ChunkOutOfRange, ErrorCodes.ChunkLengthWrong, ErrorCodes.CrashLoop, ErrorCodes.HubUnreachable, ErrorCodes.ImageInvalid,
            ErrorCodes.ProgramUnhealthy,
        ]),
        (AuditBroken, "the audit log was changed, or the disk damaged it", [ErrorCodes.AuditBroken]),
        (Interrupted, "interrupted by Ctrl-C or SIGTERM", []),
    ];

    /// <summary>The exit code of an error code; <see cref="Internal"/> for one this version does not know.</summary>
    public static int Of(string errorCode) => Table.FirstOrDefault(row => row.ErrorCodes.Contains(errorCode), (Internal, "", [])).ExitCode;

    /// <summary>The exit code of an update's last state: however it failed, that it did is what a script must see.</summary>
    public static int OfOutcome(string state) => state switch
    {
        OtaStates.Confirmed => Ok,
        OtaStates.Rejected => Refused,
        _ => UpdateFailed,
    };

    /// <summary>The exit code of where a command stands: what waits, waits on purpose.</summary>
    public static int OfCommand(string state) => state switch
    {
        CommandStates.Done or CommandStates.Queued or CommandStates.Sent => Ok,
        CommandStates.Expired => Timeout,
        _ => Refused,
    };
}
