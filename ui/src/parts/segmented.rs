//! segmented
