namespace EdgeMesh.Simulation.Bugs;

/// <summary>Defects that the simulation can be run with, to show that it would find them. Production code has no switch for any.</summary>
public enum SeededBug
{
    /// <summary>None.</summary>
    None,

    /// <summary>The device takes any image for the manifest's.</summary>
    SkipTheHash,

    /// <summary>A program on trial is confirmed at once, without the hub.</summary>
    ConfirmWithoutTheHub,

    /// <summary>Chunks go into the slot that boots.</summary>
    OverwriteTheActiveSlot,

    /// <summary>The transfer is not in the boot record.</summary>
    ForgetTheTransfer,

    /// <summary>The trial is not in the boot record.</summary>
    ForgetTheTrial,

    /// <summary>The condemnation is not in the boot record.</summary>
    ForgetTheCondemnation,

    /// <summary>Boots of a trial are not counted.</summary>
    DoNotCountAttempts,

    /// <summary>The highest sequence is not in the boot record.</summary>
    ForgetTheHighestSequence,

    /// <summary>A boot record whose checksum is wrong counts.</summary>
    IgnoreTheRecordsChecksum,

    /// <summary>There is one boot record, written in place.</summary>
    KeepOneRecordOnly,

    /// <summary>ACCEPT and VERIFY say that chunks are there which are not flushed.</summary>
    AcknowledgeBeforeFlush,

    /// <summary>A confirmed slot gives way to the other one when the hub is silent.</summary>
    RevertOnSilence,

    /// <summary>A verified image is applied without the hub's COMPLETE.</summary>
    ApplyWithoutComplete,

    /// <summary>A report goes out once, heard or not.</summary>
    NeverRepeatTheReport,

    /// <summary>A report counts as heard when it is written.</summary>
    ReportCountsAsHeard,

    /// <summary>No watchdog ends a program that hangs.</summary>
    NoDeadMan,

    /// <summary>A device that ran out of memory in the midst of its work goes on with what it made of it.</summary>
    GoOnWithoutMemory,

    /// <summary>The device acts on a message whose counter it has seen.</summary>
    AcceptAnOldCounter,

    /// <summary>The device takes chunks of an earlier session for the present one's.</summary>
    TakeAnotherSessionsChunk,

    /// <summary>The hub acts on a message whose counter it has seen.</summary>
    HubAcceptsAnOldCounter,

    /// <summary>The hub says nothing to a device that goes on with an update that has ended.</summary>
    HubIgnoresStaleSessions,

    /// <summary>The hub does not take an update up when the device is back.</summary>
    HubForgetsToOfferAgain,

    /// <summary>The hub answers a report before it has stored it.</summary>
    HubAnswersReportBeforeItStoresIt,

    /// <summary>The hub does not store how an update ended.</summary>
    HubForgetsToStoreTheOutcome,
}
