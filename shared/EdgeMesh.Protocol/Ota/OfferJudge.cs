using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Publishing;

namespace EdgeMesh.Protocol.Ota;

/// <summary>Whether a device takes an offered image. The hub asks it before it offers, the device before it accepts.</summary>
public static class OfferJudge
{
    /// <summary>The refusal; null where the image is welcome.</summary>
    public static Reject? Judge(Transfer offered, string encoding, ReceiverProfile device)
    {
        Manifest m = offered.Manifest;
        if (encoding != ChunkEncodings.Raw && encoding != ChunkEncodings.Base64)
        {
            return Refuse(offered, ErrorCodes.EncodingUnsupported, "The encoding \"" + encoding + "\" is unknown; use raw or base64.");
        }

        if (offered.ChunkBytes > device.ChunkBytes)
        {
            return Refuse(
                offered, ErrorCodes.EncodingUnsupported, "Chunks of " + offered.ChunkBytes.ToString() + " bytes are too large; this device takes "
                + device.ChunkBytes.ToString() + ".");
        }

        if (m.DeviceType != device.DeviceType)
        {
            return Refuse(
                offered, ErrorCodes.DeviceTypeMismatch, "The image is for \"" + m.DeviceType + "\", this device is \"" + device.DeviceType
                + "\"; offer an image made for it.");
        }

        if (!Contains(device.Kinds, m.Kind))
        {
            return Refuse(offered, ErrorCodes.KindUnsupported, "This device cannot run images of the kind \"" + m.Kind + "\".");
        }

        long slotBytes = m.Kind == ImageKinds.Esp32Image && device.FirmwareBytes > 0 ? device.FirmwareBytes : device.SlotBytes;
        if (m.Size > slotBytes)
        {
            return Refuse(
                offered, ErrorCodes.ImageTooLarge, "The image has " + m.Size.ToString() + " bytes, the slot takes " + slotBytes.ToString()
                + "; make the image smaller.");
        }

        for (int i = 0; i < m.Requires.Length; i++)
        {
            if (!Contains(device.Capabilities, m.Requires[i]))
            {
                return Refuse(offered, ErrorCodes.RequirementMissing, "The image requires \"" + m.Requires[i] + "\", which this device lacks.");
            }
        }

        if (m.Sequence <= device.Sequence)
        {
            return Refuse(
                offered, ErrorCodes.SequenceNotAbove, "The manifest's sequence " + m.Sequence.ToString() + " is not above "
                + device.Sequence.ToString() + ", the highest confirmed; make a new manifest for the image.");
        }

        if (m.Expires > 0 && device.UnixSeconds > m.Expires)
        {
            return Refuse(offered, ErrorCodes.ManifestExpired, "The manifest has expired; make a new one for the image.");
        }

        if (m.Expires > 0 && device.UnixSeconds == 0 && TrustedKey.MustBeSigned(device.Trusted, m.Kind))
        {
            return Refuse(offered, ErrorCodes.ManifestExpired, "The manifest expires, and the hub has told no time; set the hub's clock.");
        }

        return device.OnTrial
            ? Refuse(offered, ErrorCodes.TrialInProgress, "A program is on trial; offer again when it is confirmed or rolled back.")
            : null;
    }

    private static Reject Refuse(Transfer offered, string code, string reason) =>
        new Reject { Session = offered.Session, Code = code, Reason = reason };

    private static bool Contains(string[] values, string value)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] == value)
            {
                return true;
            }
        }

        return false;
    }
}
