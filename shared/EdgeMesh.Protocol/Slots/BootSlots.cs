using System;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.Protocol.Publishing;

namespace EdgeMesh.Protocol.Slots;

/// <summary>Every change of a boot record. The caller writes the record before it acts on it.</summary>
public static class BootSlots
{
    /// <summary>The slot to boot now; empty where none holds a program. A trial's attempt is counted here.</summary>
    /// <remarks>
    /// Write the record, check the slot's SHA-256, and call <see cref="Broken"/> and this again where it does not fit. That ends, since
    /// every broken slot loses its image.
    /// </remarks>
    public static string Select(BootRecord r)
    {
        if (r.Trial.Length > 0 && r.Probe != "old")
        {
            if (r.Attempts < Limits.TrialAttempts)
            {
                r.Attempts++;
                return r.Trial;
            }

            Condemn(r, ErrorCodes.CrashLoop, r.Fault.Length > 0
                ? r.Fault
                : "The board reset " + r.Attempts.ToString() + " times before the program was healthy.");
        }

        return r.ImageIn(r.Confirmed) == null ? "" : r.Confirmed;
    }

    /// <summary>A slot's file is not the image that the record says: never run it.</summary>
    public static void Broken(BootRecord r, string slot)
    {
        if (slot == r.Trial)
        {
            Condemn(r, ErrorCodes.HashMismatch, "The image in the slot is damaged.");
            return;
        }

        // The other slot may still hold the program confirmed before this one: an old program is better than none.
        // A transfer goes into the spare slot, and which one that is changes here: it begins anew.
        r.SetImage(slot, null);
        r.Transfer = null;
        r.Confirmed = r.Spare != r.Trial && r.ImageIn(r.Spare) != null ? r.Spare : "";
        if (r.Probe == "old")
        {
            // There is no old program to compare with any more: the one on trial goes on.
            r.Probe = "done";
        }
    }

    /// <summary>An offer was accepted: the spare slot's image is void from here on.</summary>
    public static void BeginTransfer(BootRecord r, Transfer transfer)
    {
        r.SetImage(r.Spare, null);
        r.Transfer = transfer;
    }

    /// <summary>The transfer is over without an image.</summary>
    public static void EndTransfer(BootRecord r) => r.Transfer = null;

    /// <summary>The transfer's image is verified and complete: the spare slot goes on trial.</summary>
    public static void BeginTrial(BootRecord r)
    {
        Transfer transfer = r.Transfer!;
        Manifest m = transfer.Manifest;
        r.SetImage(r.Spare, new SlotImage
        {
            Session = transfer.Session, Id = m.Id, Version = m.Version, Sequence = m.Sequence, Size = m.Size, Sha256 = m.Sha256,
            Signer = transfer.Signer,
        });
        r.Trial = r.Spare;
        r.Attempts = 0;
        r.Faults = 0;
        r.Fault = "";
        r.Probe = "";
        r.Transfer = null;
        SetReport(r, r.Trial, OtaStates.Applying, "", "");
    }

    /// <summary>The program on trial is healthy and the hub knows: it boots from now on.</summary>
    public static void Confirm(BootRecord r)
    {
        SetReport(r, r.Trial, OtaStates.Confirmed, "", "");
        r.Confirmed = r.Trial;
        r.Trial = "";
        r.Probe = "";
        SlotImage image = r.ImageIn(r.Confirmed)!;
        r.Sequence = Math.Max(r.Sequence, image.Sequence);
        r.Keys = TrustedKey.After(r.Keys, image.Signer);
    }

    /// <summary>The program on trial never boots again.</summary>
    public static void Condemn(BootRecord r, string code, string reason)
    {
        SetReport(r, r.Trial, OtaStates.RolledBack, code, reason);
        r.SetImage(r.Trial, null);
        r.Trial = "";
        r.Probe = "";
    }

    private static void SetReport(BootRecord r, string slot, string state, string code, string reason)
    {
        SlotImage image = r.ImageIn(slot)!;
        r.ReportHeard = false;
        r.Report = new Report
        {
            Session = image.Session, State = state, Id = image.Id, Version = image.Version, Sequence = image.Sequence, Code = code,
            Reason = Utf8.Cut(reason, Limits.ReasonLength),
        };
    }
}
